import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../errors';
import type { HttpAnswer } from './exchange';

/** Milliseconds before the first repetition, twice as long before each further one, and the longest of these waits. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 2000;

/** Milliseconds for a request without a limit of its own. */
const PATIENCE = 30_000;

/**
 * Whether a server or a proxy has refused a request as a whole, since it has too many, so that nothing was done: 429, and 503 if it says
 * when to come back. Any other 503 may come from a proxy that has lost the server meanwhile. A 408 leaves it open, too: Turso says that
 * requests which it carried out before keep their effects.
 *
 * @see https://github.com/tursodatabase/turso/blob/main/serverless/PROTOCOL.md
 */
export function isRefused({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>): boolean {
  return status === 429 || (status === 503 && headers['retry-after'] !== undefined);
}

/**
 * Sends a request, and again while the server is busy, for as long as `timeout` milliseconds let it: at growing intervals, or after as long
 * as the server asks for. What comes of it last is the answer.
 *
 * @param send - is told the milliseconds that are left of `timeout`, if there is one.
 */
export async function repeatWhileBusy(
  send: (left: number | undefined) => Promise<HttpAnswer>,
  { timeout, onRepeat }: { readonly timeout?: number | undefined; readonly onRepeat: () => void },
): Promise<HttpAnswer> {
  const end = performance.now() + (timeout ?? PATIENCE);
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const answer = await send(timeout === undefined ? undefined : Math.max(end - performance.now(), 1));
    if (!isRefused(answer)) return answer;
    const pause = askedFor(answer) ?? wait * (0.75 + Math.random() / 2);
    if (performance.now() + pause >= end) return answer;
    await sleep(pause);
    onRepeat();
  }
}

/** Milliseconds that a server asks to be left alone for, in seconds or until a date; null if it does not say, or that is over. */
function askedFor({ headers }: HttpAnswer): number | null {
  const asked = headers['retry-after'];
  if (asked === undefined) return null;
  const pause = /^\d/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
  return pause > 0 ? pause : null;
}

/** The error for a server that stays busy. */
export function busy(told: string, location: string): TursoSyncError {
  return new TursoSyncError('REMOTE_BUSY', `${location} has too many requests at once (${told}).`, {
    hint: 'It has not begun with this one. Try again later, or send fewer at a time.',
    retryable: true,
  });
}
