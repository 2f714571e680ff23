import { eachToken, isWord } from '../../sqlite/schema/sql-tokens';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { RowBatch, Statement } from '../../sqlite/statement';

/** The kinds of changes to rows, by lower-case table name: a trigger may write the name in another case. */
export type Operations = ReadonlyMap<string, ReadonlySet<RowBatch['kind']>>;

/** Returns the kinds of changes that statements make to rows. */
export function operationsOf(statements: readonly Statement[]): Operations {
  const operations = new Map<string, Set<RowBatch['kind']>>();
  for (const { carries } of statements) {
    if (carries === undefined) continue;
    const { kind } = carries;
    const table = carries.table.toLowerCase();
    operations.set(table, (operations.get(table) ?? new Set()).add(kind));
  }
  return operations;
}

/** Checks whether a trigger on a table would fire. */
export function fires({ sql, table }: SchemaObject, operations: Operations): boolean {
  const done = operations.get(table.toLowerCase());
  if (done === undefined) return false;
  const event = eventOf(sql);
  return event === null || done.has(event);
}

/** Returns the event of a trigger: the first of these words. None of them can be a name without quotes. */
function eventOf(sql: string): RowBatch['kind'] | null {
  const events = ['delete', 'insert', 'update'] as const;
  for (const token of eachToken(sql)) {
    const event = events.find((word) => isWord(token, word));
    if (event !== undefined) return event;
  }
  return null;
}
