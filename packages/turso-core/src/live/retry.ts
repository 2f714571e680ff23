import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import type { Deadline } from './deadline';

/** Milliseconds before the first repetition; twice as long before each further one. */
const FIRST_WAIT = 50;

/** What {@link withRetries} is told. */
export interface RetryOptions {
  readonly deadline: Deadline;
  readonly maxRetries: number;
  readonly onRetry: () => void;
}

/**
 * Does work, and again where it fails with an error after which that is surely safe (`retryable`), at growing intervals which
 * differ from client to client, for as long as the deadline lets it.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { deadline, maxRetries, onRetry }: RetryOptions,
): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TursoSyncError) || !error.retryable || retry >= maxRetries) throw error;
      const wait = FIRST_WAIT * 2 ** retry * (0.75 + Math.random() / 2);
      if (wait >= deadline.left) throw error;
      await sleep(wait);
      onRetry();
    }
  }
}
