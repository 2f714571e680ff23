import type { Deadline } from './deadline';
import type { SyncResult } from './live';

/** Syncs for many callers at once. */
export interface SyncTurns {
  /** Answers when a sync is through that has begun after this was called. */
  sync(deadline: Deadline): Promise<SyncResult>;
  readonly isUnderWay: boolean;
}

/** Lets callers that come while a sync is under way share the next one: that one under way may have begun before what they wait for. */
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
