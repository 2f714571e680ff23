import fs from 'node:fs';
import path from 'node:path';
import { noteBegun } from './begun';
import { linkOrCopy } from './link-or-copy';
import { fileSystemError } from './disk';
import { moveBackups } from '../working-copy/backups';
import { ORIGIN } from './origin';
import { soundBaseline, writeManifest, type Manifest } from './manifest';
import { baselineFiles, type BaselineFiles, type StateFiles } from '../project';
import { replaceDirectory } from './replace-directory';
import { withTemporary } from './temporary';

/**
 * Makes a snapshot, or what an undo left, the base; this is its manifest. What the remote refused before is known of it
 * still. Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export async function replaceBase(
  stateFiles: StateFiles,
  source: BaselineFiles,
  manifest: Manifest,
): Promise<void> {
  const { directory, base } = stateFiles;
  await withTemporary(directory, (temporary) => {
    const files = baselineFiles(path.join(temporary, 'base'));
    try {
      fs.mkdirSync(files.directory);
      linkOrCopy(source.database, files.database);
      const { formatVersion: _, content: __, ...rest } = manifest;
      writeManifest(files, { ...rest, ...refusedIn(soundBaseline(base)) });
      if (manifest.method === 'push') keepOrigin(base, files);
      putBase(stateFiles, files.directory);
    } catch (error) {
      throw fileSystemError(error, base.directory);
    }
  });
}

/** Puts a folder that is complete in the place of the base. */
export function putBase(files: StateFiles, directory: string): void {
  const finish = moveBackups(files, directory);
  replaceDirectory(directory, files.base.directory);
  finish();
  noteBegun(files);
}

/** What the working copy and the remote agreed on before one's own pushes; there is such a file only after a push. */
export function originOf({ directory }: BaselineFiles): string {
  return path.join(directory, ORIGIN);
}

/** Keeps with a base that pushes have moved on what it was before. The file is normally a second name of the snapshot. */
export function keepOrigin(old: BaselineFiles, moved: BaselineFiles): void {
  const known = soundBaseline(old);
  if (known === null) return;
  const from = known.method === 'push' ? originOf(old) : old.database;
  if (fs.existsSync(from)) linkOrCopy(from, originOf(moved));
}

/** What a remote is known to refuse, as the manifest of a base has it. */
export function refusedIn(manifest: Manifest | null): Pick<Manifest, 'userVersionStaysLocal'> {
  return manifest?.userVersionStaysLocal === true ? { userVersionStaysLocal: true } : {};
}
