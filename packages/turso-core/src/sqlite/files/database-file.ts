import type { Database } from './sqlite';

/** Access to a file's database: opened for each piece of work, and closed after it. */
export interface DatabaseFile {
  /** Runs work, and throws its errors in translated form. */
  readonly orThrow: <T>(work: () => T | Promise<T>) => Promise<T>;
  /** Runs work with the database. */
  readonly withDatabase: <T>(open: () => Database, work: (db: Database) => T | Promise<T>) => Promise<T>;
}

/** @param toError - returns the error to throw for an error of SQLite or the file system. */
export function databaseFile(toError: (error: unknown) => unknown): DatabaseFile {
  async function orThrow<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await toError(error);
    }
  }
  return {
    orThrow,
    async withDatabase(open, work) {
      const db = await orThrow(open);
      try {
        return await work(db);
      } finally {
        db.close();
      }
    },
  };
}
