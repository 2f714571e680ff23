import type { Database } from '../../sqlite/files/sqlite';
import { contentKey } from '../../sqlite/schema/content-key';
import type { Table } from '../../sqlite/schema/schema';
import { bindValues } from '../../sqlite/values/bind';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';

/** Counts the rows of the older database with exactly the given values. See `TableChanges.countBefore`. */
export function countBefore(
  db: Database,
  table: Table,
  rows: readonly (readonly SqlValue[])[],
  older = BEFORE,
): number[] {
  const stored = table.columns.filter((c) => !c.generated).map((c) => quoteName(c.name));
  const keys = rows.map((row) => {
    const { expressions, args } = bindValues(row);
    const list = expressions.map((expression, i) => `${expression} AS c${i}`).join(',');
    const key = contentKey(expressions.map((_, i) => `c${i}`));
    return db
      .prepare(`SELECT ${key} FROM (SELECT ${list})`)
      .pluck()
      .get(...args) as string;
  });
  const counts = new Map(keys.map((key) => [key, 0]));
  const all = db
    .prepare(`SELECT ${contentKey(stored)} FROM ${older}.${quoteName(table.name)}`)
    .pluck()
    .iterate() as IterableIterator<string>;
  for (const key of all) {
    const count = counts.get(key);
    if (count !== undefined) counts.set(key, count + 1);
  }
  return keys.map((key) => counts.get(key) ?? 0);
}
