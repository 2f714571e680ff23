import { Database } from '../../sqlite/files/sqlite';

/** The version of SQLite that works here. */
export function ownSqlite(): string {
  const db = new Database(':memory:');
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    db.close();
  }
}
