import fs from 'node:fs';
import { TursoSyncError, type Project } from 'turso-core/own-process';

/**
 * Makes sure that the files of a snapshot are there: Nx would store a success without them too, and restore nothing as
 * the snapshot from then on. Throws SNAPSHOT_MISSING.
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
