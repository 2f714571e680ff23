import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../../project/project';
import { fileSystemError } from '../../project/state/disk';
import { readManifest } from '../../project/state/manifest';
import { withTemporary } from '../../project/state/temporary';
import { openReadOnly, using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';

/**
 * Passes the snapshot's database to `work` in the form meant for the working copy. If the remote refuses
 * `user_version`, the working copy keeps its own, because the app's migrations depend on it.
 */
export function withLocalUserVersion<T>(
  { files, workingCopy }: Project,
  work: (database: string) => Promise<T>,
): Promise<T> {
  if (readManifest(files.base)?.userVersionStaysLocal !== true) return work(files.snapshot.database);
  return withTemporary(files.directory, (temporary) => {
    const copy = path.join(temporary, 'snapshot.db');
    try {
      fs.copyFileSync(files.snapshot.database, copy, fs.constants.COPYFILE_FICLONE);
    } catch (error) {
      throw fileSystemError(error, copy);
    }
    const version = using(
      openReadOnly(workingCopy),
      (db) => db.pragma('user_version', { simple: true }) as number,
    );
    using(new Database(copy), (db) => db.pragma(`user_version = ${version}`));
    return work(copy);
  });
}
