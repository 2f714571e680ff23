import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from '../../errors';
import type { HttpAnswer } from './http-client';

/** Milliseconds before the first repetition, twice as long before each further one, and the longest of these waits. */
const FIRST_WAIT = 50;
const LONGEST_WAIT = 2000;

/** Milliseconds for a request without a limit of its own. */
const PATIENCE = 30_000;

/** Statuses by which a server or a proxy refuses a request as a whole, since it has too many: it has not begun with it. */
const BUSY: readonly number[] = [408, 429];

/** Whether a request was refused for being one too many. */
export function isBusy({ status }: { readonly status: number }): boolean {
  return BUSY.includes(status);
}

/**
 * Sends a request, and again while the server is busy, for as long as `timeout` milliseconds let it: at growing intervals, or after as long
 * as the server asks for. What comes of it last is the answer.
 */
export async function repeatWhileBusy(
  send: () => Promise<HttpAnswer>,
  { timeout = PATIENCE, onRepeat }: { readonly timeout?: number | undefined; readonly onRepeat: () => void },
): Promise<HttpAnswer> {
  const end = performance.now() + timeout;
  for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    const answer = await send();
    if (!isBusy(answer)) return answer;
    const asked = Number(answer.headers['retry-after']) * 1000;
    const pause = asked > 0 ? asked : wait * (0.75 + Math.random() / 2);
    if (performance.now() + pause >= end) return answer;
    await sleep(pause);
    onRepeat();
  }
}

/** The error for a server that stays busy. */
export function busy(status: number, detail: string, location: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `${location} has too many requests at once (${status}${detail}).`,
    {
      hint: 'It has not begun with this one. Try again later, or send fewer at a time.',
      retryable: true,
    },
  );
}
