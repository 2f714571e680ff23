import { keyColumns, type Table } from '../../sqlite/schema/schema';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import type { Key } from './key-span';

/**
 * Returns a query for aggregates over rows, and for the keys of the first and the last row. See {@link readEnds}.
 *
 * @param rows - a query for the rows in the order of their key. The key is in the columns `k0`, `k1`, ..
 */
export function withEnds(table: Table, rows: string, aggregates: readonly string[]): string {
  const keys = keyColumns(table);
  if (keys.length === 1) {
    const collation = table.columns.find((c) => c.name === keys[0])?.keyCollation ?? null;
    const key = collation === null ? 'k0' : `k0 COLLATE ${quoteName(collation)}`;
    return `SELECT ${aggregates.join()}, ${exactProjection([`min(${key})`, `max(${key})`])} FROM (${rows})`;
  }
  // Only the order of rows gives the least key of several columns.
  const list = keys.map((_, i) => `k${i}`).join();
  const ends = ['f', 'l'].flatMap((end) => keys.map((_, i) => `${end}.k${i}`));
  return `WITH p AS MATERIALIZED (${rows})
    SELECT a.*, ${exactProjection(ends)} FROM (SELECT ${aggregates.join()} FROM p) a
    LEFT JOIN (SELECT ${list} FROM p LIMIT 1) f
    LEFT JOIN (SELECT ${list} FROM p LIMIT 1 OFFSET (SELECT count(*) - 1 FROM p)) l`;
}

/** Reads the first and the last key from the columns after the aggregates of {@link withEnds}. */
export function readEnds(
  table: Table,
  row: readonly SqlValue[],
  encoding: Encoding,
): { readonly first: Key; readonly last: Key } {
  const values = exactRow(row, encoding);
  const width = keyColumns(table).length;
  return { first: values.slice(0, width), last: values.slice(width) };
}
