import fs from 'node:fs';
import { beginReading, retryWhileBusy } from './begin';
import { openReadOnly, using } from './open';
import { Database } from './sqlite';

/** Options of {@link backupTo}. */
export interface BackupOptions {
  /** Called with the number of pages copied, and of all pages. */
  readonly onProgress?: (done: number, total: number) => void;
  /** How long to wait for other programs to release the target, in milliseconds. Default is 5,000. */
  readonly patience?: number;
}

/** The number of pages to copy before other work of this process has its turn. */
const PAGES_A_STEP = 8_192;

/**
 * Copies an open database to a file with SQLite's own backup. The target is a new file, or a database that others may
 * have open. It is replaced in one transaction, so the others see it. The copy is one state, even if others keep
 * writing to the source. Throws SQLITE_BUSY, with the target unchanged, if either is locked for too long.
 */
export async function backupTo(
  source: Database,
  target: string,
  { onProgress, patience }: BackupOptions = {},
): Promise<void> {
  // Without a surrounding transaction, a backup in steps restarts after every write of others.
  await beginReading(source);
  try {
    const pages = Number(source.pragma('page_count', { simple: true }));
    await retryWhileBusy(() => copyPages(source, target, pages, onProgress), patience);
    onProgress?.(pages, pages);
  } finally {
    source.exec('COMMIT');
  }
}

/** Throws SQLITE_BUSY if the target is locked. better-sqlite3's backup would then end as if it had succeeded. */
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
