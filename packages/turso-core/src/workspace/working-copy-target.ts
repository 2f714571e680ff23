import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../errors';
import { Database } from '../local/files/sqlite';
import { runAtomically } from '../local/run-atomically';
import { createFileRemote } from '../remote/file/file-remote';
import type { Remote } from '../remote/remote';
import { workingCopyError } from './freeze';

/** How long to wait for other writers, in milliseconds. */
const PATIENCE = 5_000;

/** Time between two attempts, in milliseconds: an app that writes all the time leaves short gaps. */
const PAUSE = 2;

/**
 * The working copy as something that changes are applied to, through SQLite itself: in one transaction that waits for
 * other writers and that programs which have it open take notice of.
 * Its methods throw WORKING_COPY_LOCKED and the other codes of a working copy.
 */
export function workingCopyTarget(file: string): Pick<Remote, 'transact' | 'read' | 'location'> {
  const remote = createFileRemote(file, file);
  return {
    location: file,
    read: (...args) => remote.read(...args),
    async transact(statements) {
      const db = new Database(file, { fileMustExist: true, timeout: 0 });
      try {
        db.pragma('foreign_keys = OFF');
        // Some indexes are carried as they are stored.
        db.unsafeMode();
        await beginWriting(db);
        db.pragma(`busy_timeout = ${PATIENCE}`);
        const outcome = runAtomically(db, statements);
        // Beginning a transaction does not tell yet.
        if (!outcome.committed && outcome.code.startsWith('SQLITE_READONLY'))
          throw workingCopyError(outcome, file);
        return outcome;
      } catch (error) {
        throw workingCopyError(error, file);
      } finally {
        db.close();
      }
    },
  };
}

async function beginWriting(db: Database): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      db.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_BUSY') || performance.now() > deadline) throw error;
      await sleep(PAUSE);
    }
  }
}
