import { withoutComments, usage } from './check-arguments';
import type { Deadline } from './deadline';

/** Throws USAGE for a statement that would write. */
export type RefuseWrites = (sql: string, deadline: Deadline) => Promise<void>;

/** Statements whose answers are kept. */
const KEPT = 1000;

/**
 * Makes a check that a statement only reads. What its first word tells is not asked for, and an answer is kept, since it does
 * not change.
 */
export function refusesWrites(
  isReadOnly: (sql: string, deadline: Deadline) => Promise<boolean>,
): RefuseWrites {
  const known = new Set<string>();
  return async (sql, deadline) => {
    if (/^(?:SELECT|VALUES|EXPLAIN)\b/i.test(withoutComments(sql)) || known.has(sql)) return;
    if (!(await isReadOnly(sql, deadline))) throw writes();
    if (known.size >= KEPT) known.clear();
    known.add(sql);
  };
}

/** The error for a query that would write. */
export function writes(): Error {
  return usage('A query must only read, and this statement writes.', 'Use execute() for it.');
}
