import fs from 'node:fs';
import { Database } from './sqlite';

/**
 * Opens a database and holds SQLite's exclusive lock on it until it is closed. If the holder dies, the system releases
 * it. Throws SQLITE_BUSY if somebody else holds it.
 */
export function holdExclusively(file: string): Database {
  let db: Database | undefined;
  createPrivately(file);
  try {
    db = new Database(file, { timeout: 0 });
    // Otherwise a journal would stay behind after the holder is killed.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    throw error;
  }
}

// SQLite would let everyone read the file. An existing file is not opened: closing it would drop this process's locks
// on it.
function createPrivately(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch {
    // Either it exists, or SQLite will report why it cannot be created.
  }
}
