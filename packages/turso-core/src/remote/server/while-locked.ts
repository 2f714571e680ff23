import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, type TursoSyncError } from '../../errors';
import type { ServerError } from '../../hrana/hrana';
import { responseError } from '../../hrana/http-errors';
import { pauses } from '../../pauses';

/** Milliseconds to wait for a locked database. */
const PATIENCE = 30_000;

/** Milliseconds before the first retry, and the longest wait. The wait doubles each time. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2000;

/** The cause of an error if a transaction has not begun. */
class NotBegun extends Error {}

/** Creates the error for a transaction that has not begun. */
export function notBegun({ code, message }: ServerError, location: string): TursoSyncError {
  return responseError(code, message, location, new NotBegun(code));
}

/** Repeats work that begins a transaction while it fails with {@link notBegun} because the database is locked. */
export async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE;
  const nextPause = pauses(FIRST_PAUSE, LONGEST_PAUSE);
  for (;;) {
    const pause = nextPause();
    try {
      return await work();
    } catch (error) {
      const isLocked = hasCode(error, 'REMOTE_BUSY') && error.cause instanceof NotBegun;
      if (!isLocked || performance.now() + pause > end) throw error;
    }
    await sleep(pause);
  }
}
