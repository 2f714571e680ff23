import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import { BusyError } from './api-errors';

/** Milliseconds before the first retry; the wait doubles each time. */
const FIRST_WAIT = 500;

/** Milliseconds for all attempts. */
const PATIENCE = 90_000;

/** Maximum attempts: a host that is down takes only some seconds for these. */
const ATTEMPTS = 5;

/**
 * Repeats work while the host is busy or does not answer, with the pauses it requests. The work must first check the
 * present state: an attempt may have succeeded even if its answer was lost.
 */
export async function repeatWhileBusy<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + PATIENCE;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TursoSyncError) || !error.retryable || attempt === ATTEMPTS) throw error;
      const asked = error instanceof BusyError ? error.pause : null;
      const pause = asked ?? FIRST_WAIT * 2 ** (attempt - 1);
      if (performance.now() + pause >= end) throw error;
      await sleep(pause);
    }
  }
}
