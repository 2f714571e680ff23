import fs from 'node:fs';
import path from 'node:path';
import type { Project } from '../../project/project';
import { fileSystemError } from '../../project/state/disk';
import { readManifest } from '../../project/state/manifest';
import { withTemporary } from '../../project/state/temporary';
import { openReadOnly, using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';

/**
 * Runs work with the snapshot's database as the working copy is to become. A `user_version` that the remote refuses stays
 * what it is there, since the app's migrations go by it.
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
