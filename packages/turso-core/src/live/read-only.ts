import { withoutComments, usage } from './check-arguments';
import type { Deadline } from './deadline';

/** Throws USAGE for a statement that would write. */
export type RefuseWrites = (sql: string, deadline: Deadline) => Promise<void>;

/** Number of statements to remember. */
const KEPT = 1000;

/**
 * Creates a check for read-only statements. If the first word decides, it does not ask. It remembers answers, because
 * they do not change.
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

/** Creates the error for a query that would write. */
export function writes(): Error {
  return usage('A query must only read, and this statement writes.', 'Use execute() for it.');
}
