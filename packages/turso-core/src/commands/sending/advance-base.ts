import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { fileSystemError } from '../../project/state/disk';
import { writeManifest, type Manifest } from '../../project/state/manifest';
import { baselineFiles, type Project } from '../../project/project';
import { replaceDirectory } from '../../project/state/replace-directory';

/** Makes a database that is never written again the base. */
export function moveBase(project: Project, temporary: string, database: string, manifest: Manifest): void {
  const files = baselineFiles(path.join(temporary, 'base'));
  fs.mkdirSync(files.directory);
  linkOrCopy(database, files.database);
  const { formatVersion: _, ...rest } = manifest;
  writeManifest(files, { ...rest, bytes: fs.statSync(files.database).size });
  replaceDirectory(files.directory, project.files.base.directory);
}

/** The same after a push, which is through whatever happens here. */
export function advanceBase(
  project: Project,
  temporary: string,
  database: string,
  manifest: Omit<Manifest, 'createdAt' | 'method'>,
): void {
  try {
    const createdAt = new Date().toISOString();
    moveBase(project, temporary, database, { ...manifest, createdAt, method: 'push' });
  } catch (error) {
    const known = fileSystemError(error, project.files.base.directory);
    if (!(known instanceof TursoSyncError)) throw known;
    throw new TursoSyncError(known.code, `The push is through, but not noted here. ${known.message}`, {
      hint: 'Mend that, then run `turso-sync dump-push` again: it finds everything there and finishes.',
      cause: error,
    });
  }
}
