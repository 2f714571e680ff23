import type { ApplyOptions, ApplyResult } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';

/** What to do where both sides have changed the same. */
export interface ConflictOptions {
  /**
   * `cells` combines changes of different columns of one row; `rows` takes them for a conflict; `never` also takes it for
   * a conflict if both sides set the same values, which matters for counters and stock. Default is `rows`.
   */
  readonly merge?: 'rows' | 'cells' | 'never';
  /**
   * Whose change of a row wins where both sides have changed it: `ours` is the working copy's, `theirs` the remote's;
   * `fail` changes nothing at all. Default is `fail`.
   */
  readonly onConflict?: keyof typeof POLICIES;
}

const POLICIES = { fail: 'fail', ours: 'write', theirs: 'keep' } as const;

/** What became of rows that both sides have changed. */
export interface Resolved {
  /** Rows in which changes of both sides were combined, ours were written over theirs, and theirs were kept. */
  readonly merged: number;
  readonly overwritten: number;
  readonly kept: number;
  /** The conflicts that were resolved in these ways. */
  readonly resolved: readonly Conflict[];
}

/** Nothing had to be resolved. */
export const NONE_RESOLVED: Resolved = { merged: 0, overwritten: 0, kept: 0, resolved: [] };

/** The options for applying the working copy's changes to what holds the remote's. */
export function policyOf({ merge = 'rows', onConflict = 'fail' }: ConflictOptions): ApplyOptions {
  return { merge, onConflict: POLICIES[onConflict] };
}

/** What was resolved on the way. */
export function resolvedIn(result: Extract<ApplyResult, { status: 'applied' }>): Resolved {
  const { merged, overwritten, kept, resolved } = result;
  return { merged, overwritten, kept, resolved };
}
