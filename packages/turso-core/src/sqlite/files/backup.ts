import fs from 'node:fs';
import { beginReading, retryWhileBusy } from './begin';
import { openReadOnly, using } from './open';
import { Database } from './sqlite';

/** What {@link backupTo} may be told. */
export interface BackupOptions {
  /** Told how many pages have been copied of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  /** How long to wait for other programs to let go of the target, in milliseconds. Default is 5,000. */
  readonly patience?: number;
}

/** Pages that are copied before other work of this process has its turn. */
const PAGES_A_STEP = 8_192;

/**
 * Copies an open database to a file with SQLite's own backup: to a new file, or over a database that others may have
 * open, in one transaction that they take notice of. What is copied is one state, while others may go on writing to the
 * source. Throws SQLITE_BUSY, with the target as it was, where either is locked for too long.
 */
export async function backupTo(
  source: Database,
  target: string,
  { onProgress, patience }: BackupOptions = {},
): Promise<void> {
  // Without a transaction of its own, a backup in steps begins anew after every write of others.
  await beginReading(source);
  try {
    const pages = Number(source.pragma('page_count', { simple: true }));
    await retryWhileBusy(() => copyPages(source, target, pages, onProgress), patience);
    onProgress?.(pages, pages);
  } finally {
    source.exec('COMMIT');
  }
}

/** Throws SQLITE_BUSY when the target is locked, where better-sqlite3's backup ends as if everything were done. */
async function copyPages(
  source: Database,
  target: string,
  pages: number,
  onProgress: BackupOptions['onProgress'],
): Promise<void> {
  const { totalPages } = await source.backup(target, {
    progress({ totalPages, remainingPages }) {
      onProgress?.(totalPages - remainingPages, totalPages);
      return PAGES_A_STEP;
    },
  });
  if (totalPages === 0 && !(pages === 0 && isEmptyDatabase(target)))
    throw new Database.SqliteError(`${target} is locked`, 'SQLITE_BUSY');
}

function isEmptyDatabase(file: string): boolean {
  if (!fs.existsSync(file)) return false;
  return using(openReadOnly(file), (db) => db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined);
}
