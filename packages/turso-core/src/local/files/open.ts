import Database from 'better-sqlite3';
import type { Encoding } from '../values/values';

/** Opens a database file that must exist, for reading only. Nothing is ever written beside a rollback-journal file. */
export function openReadOnly(file: string): Database.Database {
  return new Database(file, { readonly: true, fileMustExist: true });
}

/** Makes a new database file and opens it, with everything that a copy needs allowed and nothing enforced. */
export function createDatabase(file: string, encoding: Encoding): Database.Database {
  const db = new Database(file);
  // Shadow tables of virtual tables are written directly.
  db.unsafeMode(true);
  db.pragma(`encoding = '${encoding}'`);
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = OFF');
  return db;
}

/** Runs work on an open database and closes it, whatever happens. */
export function using<T>(db: Database.Database, work: (db: Database.Database) => T): T {
  try {
    return work(db);
  } finally {
    db.close();
  }
}
