/** How to treat rows changed by both sides. */
export interface ConflictPolicy {
  /**
   * How to combine changes of both sides to the same row. `cells` combines changes of different columns. `rows` treats
   * them as a conflict. `never` also reports a conflict if both sides set the same values, for example for counters.
   * Default is `rows`.
   */
  readonly merge: 'rows' | 'cells' | 'never';
  /** `write` lets the changeset win, and `keep` the target; `fail` writes nothing at all. Default is `fail`. */
  readonly onConflict: 'fail' | 'write' | 'keep';
}

/** The policy that resolves nothing. */
export const STRICT: ConflictPolicy = { merge: 'rows', onConflict: 'fail' };

/** How a conflict was resolved: columns of both sides combined, ours written over theirs, or theirs kept. */
export type Resolution = 'merged' | 'overwritten' | 'kept';
