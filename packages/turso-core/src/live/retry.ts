import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import { Repeated } from '../hrana/outcome';
import { pauses } from '../pauses';
import type { Deadline } from './deadline';

/** Milliseconds before the first retry; the wait doubles each time. */
const FIRST_WAIT = 50;

/** Options of {@link withRetries}. */
export interface RetryOptions {
  readonly deadline: Deadline;
  readonly maxRetries: number;
  /** Receives the error, and the pause in milliseconds. */
  readonly onRetry: (error: TursoSyncError, pause: number) => void;
}

/**
 * Does work, and repeats it after a `retryable` error: a repetition is then safe. Waits longer each time, with random
 * variation between clients, until the deadline.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { deadline, maxRetries, onRetry }: RetryOptions,
): Promise<T> {
  const nextPause = pauses(FIRST_WAIT);
  for (let retry = 0; ; retry++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TursoSyncError) || !error.retryable || retry >= maxRetries) throw error;
      // A server may want to be left alone for longer than the deadline.
      if (error.cause instanceof Repeated) throw error;
      const wait = nextPause();
      if (wait >= deadline.left) throw error;
      onRetry(error, wait);
      await sleep(wait);
    }
  }
}
