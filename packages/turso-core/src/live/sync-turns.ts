import type { Deadline } from './deadline';
import type { SyncResult } from './live';

/** Syncs for many callers at once. */
export interface SyncTurns {
  /** Resolves after a complete sync that began after this call. */
  sync(deadline: Deadline): Promise<SyncResult>;
  readonly isUnderWay: boolean;
}

/** Lets callers during a sync share the next one. The running sync may have begun before the writes they wait for. */
export function createSyncTurns(run: (deadline: Deadline) => Promise<SyncResult>): SyncTurns {
  let current: Promise<SyncResult> | undefined;
  let next: Promise<SyncResult> | undefined;

  function start(deadline: Deadline): Promise<SyncResult> {
    const started = run(deadline).finally(() => {
      if (current === started) current = undefined;
    });
    return (current = started);
  }

  return {
    get isUnderWay() {
      return current !== undefined;
    },
    sync(deadline) {
      if (current === undefined) return start(deadline);
      next ??= current
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return start(deadline);
        });
      return next;
    },
  };
}
