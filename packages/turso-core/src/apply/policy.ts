/** What becomes of rows that both sides have changed. */
export interface ConflictPolicy {
  /**
   * `cells` combines changes of different columns of one row; `rows` takes them for a conflict; `never` also takes it for
   * a conflict if both sides set the same values, which matters for counters. Default is `rows`.
   */
  readonly merge: 'rows' | 'cells' | 'never';
  /** `write` lets the changeset win, `keep` the target; `fail` writes nothing at all. Default is `fail`. */
  readonly onConflict: 'fail' | 'write' | 'keep';
}

/** The policy that resolves nothing. */
export const STRICT: ConflictPolicy = { merge: 'rows', onConflict: 'fail' };

/** How a conflict was resolved: columns of both sides combined, ours written over theirs, or theirs kept. */
export type Resolution = 'merged' | 'overwritten' | 'kept';
