import type { Database } from '../../sqlite/files/sqlite';
import { contentKey } from '../../sqlite/schema/content-key';
import { rowColumns, type Table } from '../../sqlite/schema/schema';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import type { ChangeKind, RowChange, TableChanges } from '../model';
import { type Presence } from './row-queries';

/**
 * Finds the changed rows of a table whose columns take every name of the rowid. Nothing tells equal rows apart, so it
 * compares the number of copies. A changed row is one copy less of the old row, and one more of the new.
 *
 * @param older - the name under which the older rows are attached.
 */
export function diffCopies(
  db: Database,
  table: Table,
  presence: Presence,
  encoding: Encoding,
  older = BEFORE,
): TableChanges {
  const columns = rowColumns(table);
  const counted = countedRows(table, columns, presence, older);
  const places = columns.map((_, i) => `c${i}`);
  const rows = function* (kind: ChangeKind): Generator<RowChange> {
    if (kind === 'update') return;
    const sql = `SELECT "from", "to", ${exactProjection(places)} FROM (${counted}) WHERE ${CONDITIONS[kind]} ORDER BY k`;
    const found = db.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<SqlValue[]>;
    for (const [from, to, ...cells] of found) {
      const copies = { from: Number(from), to: Number(to) };
      const row = exactRow(cells, encoding);
      yield kind === 'delete' ? { kind, old: row, copies } : { kind, new: row, copies };
    }
  };
  const count = (kind: ChangeKind): number => {
    if (kind === 'update') return 0;
    const sql = `SELECT coalesce(sum(abs("from" - "to")), 0) FROM (${counted}) WHERE ${CONDITIONS[kind]}`;
    return db.prepare(sql).pluck().get() as number;
  };
  return { table, columns, key: [], beforeSchema: presence === 'before', rows, count, bulk: () => null };
}

const CONDITIONS = { delete: '"from" > "to"', insert: '"from" < "to"' } as const;

function countedRows(table: Table, columns: readonly string[], presence: Presence, older: string): string {
  const list = columns.map((name, i) => `${quoteName(name)} AS c${i}`).join(',');
  const side = (schema: string, isAfter: 0 | 1): string =>
    `SELECT ${list}, ${isAfter} AS side FROM ${schema}.${quoteName(table.name)}`;
  const sides = [
    ...(presence === 'after' ? [] : [side(older, 0)]),
    ...(presence === 'before' ? [] : [side('main', 1)]),
  ];
  const places = columns.map((_, i) => `c${i}`);
  return `SELECT ${places.join(',')}, ${contentKey(places)} AS k, sum(1 - side) AS "from", sum(side) AS "to"
    FROM (${sides.join(' UNION ALL ')}) GROUP BY k`;
}
