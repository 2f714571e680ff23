import type { Encoding } from '../values/values';
import { Database } from './sqlite';

/** Opens a database file that must exist, for reading only. Nothing is ever written beside a rollback-journal file. */
export function openReadOnly(file: string): Database {
  return new Database(file, { readonly: true, fileMustExist: true });
}

/** Makes a new database file and opens it, with everything that a copy needs allowed and nothing enforced. */
export function createDatabase(file: string, encoding: Encoding): Database {
  const db = new Database(file);
  // Shadow tables of virtual tables are written directly.
  db.unsafeMode(true);
  db.pragma(`encoding = '${encoding}'`);
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = OFF');
  return db;
}

/** Runs work on an open database and closes it, whatever happens. */
export function using<T>(db: Database, work: (db: Database) => T): T {
  try {
    return work(db);
  } finally {
    db.close();
  }
}
