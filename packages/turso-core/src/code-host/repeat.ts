import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import { BusyError } from './api-errors';

/** Milliseconds before the first repetition, twice as long before each further one. */
const FIRST_WAIT = 500;

/** Milliseconds for all attempts. */
const PATIENCE = 90_000;

/** Attempts, of which a host that is down takes no more than some seconds. */
const ATTEMPTS = 5;

/**
 * Does some work again while the host is busy or does not answer, after as long as it asks for. The work has to begin by looking at
 * what is there: an attempt whose answer was lost may have been carried out.
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
