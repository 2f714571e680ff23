import type { Encoding } from '../values/values';
import { Database } from './sqlite';

/** Opens a database file that must exist, for reading only. Nothing is ever written beside a rollback-journal file. */
export function openReadOnly(file: string): Database {
  return new Database(file, { readonly: true, fileMustExist: true });
}

/** Lets a database be read although its schema holds what this SQLite does not understand. Before anything else is read. */
export function readLeniently(db: Database): void {
  // https://sqlite.org/pragma.html#pragma_writable_schema
  db.unsafeMode(true).pragma('writable_schema = ON');
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
