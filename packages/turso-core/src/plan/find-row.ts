import type { Statement } from 'better-sqlite3';
import { columnGroups } from '../sqlite/column-groups';
import { bindValues } from '../sqlite/values/bind';
import { exactProjection, exactRow } from '../sqlite/values/exact-projection';
import { quoteName } from '../sqlite/values/quote';
import type { Encoding, SqlValue } from '../sqlite/values/values';
import type { TableFile } from './read-rows';

/** Returns a function to read the row with the given values of these terms. It returns null if there is none. */
export function findRow(
  { table, entry, db }: TableFile,
  terms: readonly string[],
): (values: readonly SqlValue[]) => SqlValue[] | null {
  const encoding = db.pragma('encoding', { simple: true }) as Encoding;
  const selects = columnGroups(entry.columns).map(
    (group) =>
      `SELECT ${exactProjection(group.map((c) => `t.${quoteName(c)}`))} FROM main.${quoteName(table.name)} t`,
  );
  const known = new Map<string, Statement<SqlValue[]>[]>();
  return (values) => {
    const { expressions, args } = bindValues(values);
    const where = terms.map((term, i) => `${term} = ${expressions[i]}`).join(' AND ');
    const statements =
      known.get(where) ??
      selects.map((select) => db.prepare<SqlValue[]>(`${select} WHERE ${where}`).raw().safeIntegers());
    // Values that cannot be bound need separate statements.
    if (known.size < 10) known.set(where, statements);
    const found = statements.map((statement) => statement.get(...args) as SqlValue[] | undefined);
    return found[0] === undefined ? null : found.flatMap((row) => exactRow(row ?? [], encoding));
  };
}
