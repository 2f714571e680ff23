import { constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import { Database } from './sqlite';

const JOURNALS = ['-wal', '-journal'];

/**
 * Copies an SQLite file as it stands, what its `-wal` or hot `-journal` says included, into one file without either.
 *
 * The pages stay as they are, so rowids do too; the original is only read. The copy may be of a file with libSQL-only
 * objects, which stock SQLite refuses to open.
 */
export function copyDatabase(from: string, to: string): void {
  removeDatabase(to);
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const journals = JOURNALS.filter((suffix) => existsSync(from + suffix));
  for (const suffix of journals) copyFileSync(from + suffix, to + suffix);
  if (journals.length > 0) openLeniently(to).close(); // the last connection to close folds a -wal into the file
}

/** Removes an SQLite file and all that SQLite may have put beside it. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-shm', ...JOURNALS]) rmSync(path + suffix, { force: true });
}

/** Opens a database, skipping over schema objects that this SQLite cannot parse. */
export function openLeniently(path: string): Database {
  const db = new Database(path);
  db.unsafeMode(); // else writable_schema is ignored
  db.pragma('writable_schema=ON');
  db.prepare('SELECT count(*) FROM sqlite_schema').get(); // the first read is what recovers a journal
  return db;
}
