import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import { pauses } from '../pauses';
import type { HttpAnswer } from './exchange';
import { Repeated } from './outcome';

/** Milliseconds before the first retry, and the longest wait. The wait doubles each time. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 2000;

/** Milliseconds for a request without its own limit. */
const PATIENCE = 30_000;

/**
 * Checks whether a busy server or proxy has refused a whole request, so nothing was done. This means 429, or 503 with a
 * time to retry. Any other 503 may come from a proxy that lost the server meanwhile. A 408 is also inconclusive: Turso
 * says that already executed requests keep their effects.
 *
 * @see https://github.com/tursodatabase/turso/blob/main/serverless/PROTOCOL.md
 */
export function isRefused({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): boolean {
  return status === 429 || (status === 503 && headers['retry-after'] !== undefined);
}

/**
 * Sends a request, and repeats it while the server is busy, within `timeout` milliseconds. Waits longer each time, or
 * as long as the server asks. Returns the last answer.
 *
 * @param send - receives the remaining milliseconds of `timeout`, if there is one.
 */
export async function repeatWhileBusy(
  send: (left: number | undefined) => Promise<HttpAnswer>,
  {
    timeout,
    signal,
    onRepeat,
  }: {
    readonly timeout?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    /** Receives the refusal, and the pause in milliseconds. */
    readonly onRepeat: (answer: HttpAnswer, pause: number) => void;
  },
): Promise<HttpAnswer> {
  const end = performance.now() + (timeout ?? PATIENCE);
  const nextPause = pauses(FIRST_WAIT, LONGEST_WAIT);
  for (;;) {
    const answer = await send(timeout === undefined ? undefined : Math.max(end - performance.now(), 1));
    if (!isRefused(answer)) return answer;
    const own = nextPause();
    const pause = askedFor(answer) ?? own;
    if (performance.now() + pause >= end) return answer;
    onRepeat(answer, pause);
    await sleep(pause, undefined, signal && { signal });
  }
}

/**
 * Returns the pause in milliseconds requested by a server, in seconds or until a date. Returns null if there is no
 * request or it is over.
 */
function askedFor({ headers }: HttpAnswer): number | null {
  const asked = headers['retry-after'];
  if (asked === undefined) return null;
  const pause = /^\d/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  return pause > 0 ? pause : null;
}

/** Creates the error for a server that stays busy. */
export function busy(told: string, location: string): TursoSyncError {
  return new TursoSyncError('REMOTE_BUSY', `${location} has too many requests at once (${told}).`, {
    hint: 'It has not begun with this one. Try again later, or send fewer at a time.',
    retryable: true,
    cause: new Repeated(told),
  });
}
