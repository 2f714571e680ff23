import type { ErrorCode } from '../errors';

/** What happens to a live connection: see {@link LiveOptions.onEvent}. */
export type LiveEvent = LiveSyncEvent | LiveRetryEvent | LiveRebuildEvent | LiveSlowEvent;

/** A sync succeeded. */
export interface LiveSyncEvent {
  /** The kind of event. */
  readonly type: 'sync';
  /** Number of database pages received. */
  readonly frames: number;
  /** The number of the replica's latest frame. */
  readonly frameNo: number;
  /** Milliseconds that it took. */
  readonly durationMs: number;
}

/** A request or a call is made again after a pause, because that is safe. */
export interface LiveRetryEvent {
  /** The kind of event. */
  readonly type: 'retry';
  /** The code of the error before. */
  readonly code: ErrorCode;
  /** The message of the error before. */
  readonly message: string;
  /** Milliseconds of the pause. */
  readonly pauseMs: number;
}

/** The replica was fetched again. */
export interface LiveRebuildEvent {
  /** The kind of event. */
  readonly type: 'rebuild';
  /** A sentence that says why. */
  readonly reason: string;
}

/** A call took at least {@link LiveOptions.slowStatementMs}. */
export interface LiveSlowEvent {
  /** The kind of event. */
  readonly type: 'slow';
  /** The SQL, with `?` for each text and number in it; several statements of a batch are separated by `; `. */
  readonly sql: string;
  /** Milliseconds that the call took, with retries and the sync after a write. */
  readonly durationMs: number;
}

/** Tells a program about events. Whatever its function does, the connection goes on. */
export function teller(onEvent: ((event: LiveEvent) => unknown) | undefined): (event: LiveEvent) => void {
  return (event) => {
    try {
      // An async function returns a promise, which may be rejected.
      Promise.resolve(onEvent?.(event)).catch(() => undefined);
    } catch {
      // The same for a function that throws.
    }
  };
}
