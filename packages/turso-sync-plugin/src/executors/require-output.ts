import fs from 'node:fs';
import { TursoSyncError, type Project } from 'turso-core/own-process';

/**
 * Checks that the files of a snapshot exist. Nx would store a success without them too, and from then on restore
 * nothing as the snapshot. Throws SNAPSHOT_MISSING.
 */
export function requireOutput({ files: { snapshot } }: Pick<Project, 'files'>): void {
  for (const file of [snapshot.database, snapshot.manifest]) {
    if (fs.existsSync(file)) continue;
    throw new TursoSyncError('SNAPSHOT_MISSING', `The snapshot was taken, but ${file} is not there.`, {
      hint: 'Run the task again while nothing else works on that folder.',
      retryable: true,
    });
  }
}
