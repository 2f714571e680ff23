import type { Encoding } from '../values/values';
import { Database } from './sqlite';

/** Opens an existing database file, only for reading. A rollback-journal file never gets other files beside it. */
export function openReadOnly(file: string): Database {
  return new Database(file, { readonly: true, fileMustExist: true });
}

/**
 * Makes a database readable even if this SQLite does not understand all of its schema. Call it before any other read.
 */
export function readLeniently(db: Database): void {
  // https://sqlite.org/pragma.html#pragma_writable_schema
  db.unsafeMode(true).pragma('writable_schema = ON');
}

/** Creates a new database file and opens it, with everything that a copy needs allowed and nothing enforced. */
export function createDatabase(file: string, encoding: Encoding): Database {
  const db = new Database(file);
  // Shadow tables of virtual tables are written directly.
  db.unsafeMode(true);
  db.pragma(`encoding = '${encoding}'`);
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  db.pragma('synchronous = OFF');
  return db;
}

/** Runs work on an open database and closes it, even if the work fails. */
export function using<T>(db: Database, work: (db: Database) => T): T {
  try {
    return work(db);
  } finally {
    db.close();
  }
}
