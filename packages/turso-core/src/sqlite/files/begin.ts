import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../../errors';
import type { Database } from './sqlite';

/** How long to wait for other programs to release a database, in milliseconds. */
const PATIENCE = 5_000;

/** The time between two attempts, in milliseconds: a program that writes all the time leaves short gaps. */
const PAUSE = 1;

/** Begins a write transaction, once no other program writes. Throws SQLITE_BUSY if that takes too long. */
export async function beginWriting(db: Database): Promise<void> {
  await whenUnlocked(db, () => db.exec('BEGIN IMMEDIATE'));
}

/**
 * Begins a transaction that reads one state, even if others write meanwhile. Throws SQLITE_BUSY if that takes too long.
 */
export async function beginReading(db: Database): Promise<void> {
  await whenUnlocked(db, () => {
    db.exec('BEGIN');
    try {
      // BEGIN itself takes no lock yet.
      db.prepare('SELECT 1 FROM sqlite_schema').get();
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Runs work that needs a lock on an open database, like {@link retryWhileBusy}. */
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
 * Repeats work while it throws SQLITE_BUSY, for a limited number of milliseconds. SQLite's own waiting looks every 100
 * ms. It may never meet the gap of a program that writes one transaction after another. Such a program holds the lock
 * for each write to the disk.
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
