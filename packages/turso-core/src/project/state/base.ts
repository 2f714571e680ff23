import fs from 'node:fs';
import path from 'node:path';
import { noteBegun } from './begun';
import { linkOrCopy } from './link-or-copy';
import { fileSystemError } from './disk';
import { moveBackups } from '../working-copy/backups';
import { ORIGIN } from './origin';
import { soundManifest, writeManifest, type Manifest } from './manifest';
import { snapshotFiles, type Project, type SnapshotFiles } from '../project';
import { replaceDirectory } from './replace-directory';
import { withTemporary } from './temporary';

/**
 * Turns a snapshot, or the result of an undo, into the base with this manifest. Keeps the known refusals of the remote.
 * Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export async function replaceBase(
  project: Project,
  source: SnapshotFiles,
  manifest: Manifest,
): Promise<void> {
  const { directory, base } = project.files;
  await withTemporary(directory, (temporary) => {
    const files = snapshotFiles(path.join(temporary, 'base'));
    try {
      fs.mkdirSync(files.directory);
      linkOrCopy(source.database, files.database);
      const { formatVersion: _, content: __, ...rest } = manifest;
      writeManifest(files, { ...rest, ...refusedIn(soundManifest(base)) });
      if (manifest.method === 'push') keepOrigin(base, files);
      putBase(project, files.directory);
    } catch (error) {
      throw fileSystemError(error, base.directory);
    }
  });
}

/** Replaces the base by a complete folder. */
export function putBase(project: Project, directory: string): void {
  const { files } = project;
  const finish = moveBackups(files, directory);
  replaceDirectory(directory, files.base.directory);
  finish();
  noteBegun(project);
}

/** Returns the file with the last common state before one's own pushes. It exists only after a push. */
export function originOf({ directory }: SnapshotFiles): string {
  return path.join(directory, ORIGIN);
}

/** Keeps a base's earlier state after one's own pushes. The file is normally a second name of the snapshot. */
export function keepOrigin(old: SnapshotFiles, moved: SnapshotFiles): void {
  const known = soundManifest(old);
  if (known === null) return;
  const from = known.method === 'push' ? originOf(old) : old.database;
  if (fs.existsSync(from)) linkOrCopy(from, originOf(moved));
}

/** Returns the remote's known refusals from a base's manifest. */
export function refusedIn(manifest: Manifest | null): Pick<Manifest, 'userVersionStaysLocal'> {
  return manifest?.userVersionStaysLocal === true ? { userVersionStaysLocal: true } : {};
}
