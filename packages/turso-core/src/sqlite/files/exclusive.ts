import fs from 'node:fs';
import { Database } from './sqlite';

/**
 * Opens a database and holds SQLite's exclusive lock on it until it is closed, or its holder dies: the system lets go of it then.
 * Throws SQLITE_BUSY where somebody else holds it.
 */
export function holdExclusively(file: string): Database {
  let db: Database | undefined;
  createPrivately(file);
  try {
    db = new Database(file, { timeout: 0 });
    // Else a journal would stay behind when the holder is killed.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    throw error;
  }
}

// SQLite would let everyone read it. One that exists is not opened: closing it would drop the locks that this process holds on it.
function createPrivately(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch {
    // It exists, or SQLite says why it cannot be made.
  }
}
