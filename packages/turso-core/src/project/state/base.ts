import fs from 'node:fs';
import path from 'node:path';
import { linkOrCopy } from './link-or-copy';
import { fileSystemError } from './disk';
import { writeManifest, type Manifest } from './manifest';
import { baselineFiles, type StateFiles } from '../project';
import { replaceDirectory } from './replace-directory';
import { withTemporary } from './temporary';

/** Makes the snapshot, whose manifest this is, the base. Throws DISK_FULL and FILE_INACCESSIBLE. */
export async function replaceBase(
  { directory, base, snapshot }: StateFiles,
  manifest: Manifest,
): Promise<void> {
  await withTemporary(directory, (temporary) => {
    const files = baselineFiles(path.join(temporary, 'base'));
    try {
      fs.mkdirSync(files.directory);
      linkOrCopy(snapshot.database, files.database);
      const { formatVersion: _, ...rest } = manifest;
      writeManifest(files, rest);
      replaceDirectory(files.directory, base.directory);
    } catch (error) {
      throw fileSystemError(error, base.directory);
    }
  });
}
