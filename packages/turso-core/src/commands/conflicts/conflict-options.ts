import type { ApplyOptions, ApplyResult } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';

/** Options for changes of both sides to the same data. */
export interface ConflictOptions {
  /**
   * `rows` treats changes to different columns of one row as a conflict. `cells` combines them. `never` is like `rows`,
   * but is also a conflict if both sides set the same values; use it for counters and stock. Default is `rows`.
   */
  readonly merge?: 'rows' | 'cells' | 'never';
  /**
   * The side that wins if both have changed a row: `ours` is the working copy, `theirs` the remote. `fail` changes
   * nothing at all. Default is `fail`.
   */
  readonly onConflict?: 'fail' | 'ours' | 'theirs';
}

const POLICIES = { fail: 'fail', ours: 'write', theirs: 'keep' } as const;

/** The outcome for rows changed on both sides. */
export interface Resolved {
  /**
   * Number of rows that combine the changes of both sides.
   */
  readonly merged: number;
  /** Number of rows in which ours replaced theirs. */
  readonly overwritten: number;
  /** Number of rows in which theirs stayed. */
  readonly kept: number;
  /** The conflicts resolved in these ways. */
  readonly resolved: readonly Conflict[];
}

/** Nothing had to be resolved. */
export const NONE_RESOLVED: Resolved = { merged: 0, overwritten: 0, kept: 0, resolved: [] };

/** Returns the options for applying the working copy's changes to the remote's state. */
export function policyOf({ merge = 'rows', onConflict = 'fail' }: ConflictOptions): ApplyOptions {
  return { merge, onConflict: POLICIES[onConflict] };
}

/** Returns the resolved part of a result. */
export function resolvedIn(result: Extract<ApplyResult, { outcome: 'applied' }>): Resolved {
  const { merged, overwritten, kept, resolved } = result;
  return { merged, overwritten, kept, resolved };
}
