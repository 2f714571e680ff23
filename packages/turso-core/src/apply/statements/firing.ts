import { eachToken, isWord } from '../../sqlite/schema/sql-tokens';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { RowBatch, Statement } from '../../sqlite/statement';

/** What is done to the rows of tables, by the name of the table in lower case: a trigger may write it in another one. */
export type Operations = ReadonlyMap<string, ReadonlySet<RowBatch['kind']>>;

/** What statements do to the rows of tables. */
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

/** Whether a trigger on a table would fire. */
export function fires({ sql, table }: SchemaObject, operations: Operations): boolean {
  const done = operations.get(table.toLowerCase());
  if (done === undefined) return false;
  const event = eventOf(sql);
  return event === null || done.has(event);
}

/** The event of a trigger: the first of these words, none of which can be a name without quotes. */
function eventOf(sql: string): RowBatch['kind'] | null {
  const events = ['delete', 'insert', 'update'] as const;
  for (const token of eachToken(sql)) {
    const event = events.find((word) => isWord(token, word));
    if (event !== undefined) return event;
  }
  return null;
}
