import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../../errors';
import type { Database } from './sqlite';

/** How long to wait for other programs to let go of a database, in milliseconds. */
const PATIENCE = 5_000;

/** Time between two attempts, in milliseconds: a program that writes all the time leaves short gaps. */
const PAUSE = 1;

/** Begins a transaction that writes, once no other program does. Throws SQLITE_BUSY where that takes too long. */
export async function beginWriting(db: Database): Promise<void> {
  await whenUnlocked(db, () => db.exec('BEGIN IMMEDIATE'));
}

/** Begins a transaction that reads one state, whatever others write meanwhile. Throws SQLITE_BUSY where that takes too long. */
export async function beginReading(db: Database): Promise<void> {
  await whenUnlocked(db, () => {
    db.exec('BEGIN');
    try {
      // Beginning alone takes no lock yet.
      db.prepare('SELECT 1 FROM sqlite_schema').get();
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Does what needs a lock on an open database, as {@link retryWhileBusy} does. */
export async function whenUnlocked<T>(db: Database, work: () => T): Promise<T> {
  const timeout = Number(db.pragma('busy_timeout', { simple: true }));
  db.pragma('busy_timeout = 0');
  try {
    return await retryWhileBusy(work);
  } finally {
    db.pragma(`busy_timeout = ${timeout}`);
  }
}

/**
 * Does work again for as long as it throws SQLITE_BUSY, at most for some milliseconds. SQLite's own waiting looks every
 * 100 ms, and may never meet the gap of a program that writes one transaction after another, which is locked for as long as
 * the disk takes to write each.
 */
export async function retryWhileBusy<T>(work: () => T | Promise<T>, patience = PATIENCE): Promise<T> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_BUSY') || performance.now() > deadline) throw error;
    }
    await sleep(PAUSE);
  }
}
