import { Database } from '../../sqlite/files/sqlite';

/** Returns the version of SQLite in use here. */
export function ownSqlite(): string {
  const db = new Database(':memory:');
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    db.close();
  }
}
