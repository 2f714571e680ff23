import { removeDatabase } from './copy-database';
import { Database } from './sqlite';

/**
 * Makes a new SQLite file from SQL: 4096-byte pages, rollback journal, nothing beside it.
 *
 * @param path - the file; one that is there is replaced.
 */
export function buildDatabase(path: string, sql: string): void {
  removeDatabase(path);
  run(path, sql, 'PRAGMA journal_mode=DELETE');
}

/**
 * Runs SQL on an SQLite file as the stock shell would: foreign keys and recursive triggers are off unless the SQL turns
 * them on.
 */
export function editDatabase(path: string, sql: string): void {
  run(path, sql);
}

function run(path: string, ...steps: string[]): void {
  const db = new Database(path);
  try {
    // better-sqlite3 is compiled with both on.
    db.pragma('foreign_keys=OFF');
    db.pragma('recursive_triggers=OFF');
    // Nobody needs it after a crash of the machine.
    db.pragma('synchronous=OFF');
    db.unsafeMode(); // as in the shell, where SQL may write sqlite_schema and shadow tables
    for (const step of steps) db.exec(step);
  } finally {
    db.close();
  }
}
