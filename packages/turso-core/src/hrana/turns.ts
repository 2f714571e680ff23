/** Lets only so many in at once. Others wait, and the one that came first is next. */
export interface Turns {
  /**
   * Waits for a turn, and returns a function that ends it. Throws the error of `late` after `timeout` milliseconds, and
   * the reason of `signal` when it is aborted.
   */
  take(options: TakeOptions): Promise<() => void>;
  /** Whether nobody has a turn. */
  readonly isIdle: boolean;
}

/** Options of {@link Turns.take}. */
export interface TakeOptions {
  /** Milliseconds. Default is no limit. */
  readonly timeout?: number | undefined;
  /** Default is none. */
  readonly signal?: AbortSignal | undefined;
  readonly late: () => Error;
}

/** Creates turns for at most `limit` at once. */
export function createTurns(limit: number): Turns {
  const waiting = new Set<() => void>();
  let taken = 0;

  function end(): void {
    taken--;
    const [next] = waiting;
    next?.();
  }

  return {
    get isIdle() {
      return taken === 0;
    },
    async take({ timeout, signal, late }) {
      signal?.throwIfAborted();
      if (taken < limit) {
        taken++;
        return end;
      }
      return new Promise((resolve, reject) => {
        const begin = (): void => {
          leave();
          taken++;
          resolve(end);
        };
        const giveUp = (error: Error): void => {
          leave();
          reject(error);
        };
        const abort = (): void => {
          const reason: unknown = signal?.reason;
          giveUp(reason instanceof Error ? reason : late());
        };
        const timer = timeout === undefined ? undefined : setTimeout(() => giveUp(late()), timeout);
        function leave(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          waiting.delete(begin);
        }
        signal?.addEventListener('abort', abort);
        waiting.add(begin);
      });
    },
  };
}
