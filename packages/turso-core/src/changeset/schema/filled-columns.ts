import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns } from '../../sqlite/schema/schema';
import { quoteName, quoteValue } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import type { FilledColumn } from '../model';
import { carriedColumns, defaultedColumns } from './carried-columns';
import { isDefaultEnough } from './constant';
import type { TablePair } from './pair-tables';

/**
 * Returns new columns without a constant DEFAULT and with one value in all existing rows of the new table. A framework such as Django
 * fills a column this way while it rebuilds the table. Other people's rows get the value as well. Empty if the values of one of the
 * columns differ: nothing tells the right value for other rows then.
 *
 * @param db - has the newer database as `main`, and the older one attached.
 */
export function findFilled(db: Database, { from, to }: TablePair): FilledColumn[] {
  const carried = carriedColumns(from, to);
  const without = defaultedColumns(to, carried).filter((c) => !isDefaultEnough(c));
  const key = keyColumns(from).map((name) => carried.find((c) => c.from === name));
  if (without.length === 0 || key.length === 0) return [];
  const terms = key.flatMap((c) => (c === undefined ? [] : `n.${quoteName(c.to)}=o.${quoteName(c.from)}`));
  if (terms.length < key.length) return [];
  const rows = `FROM main.${quoteName(to.name)} n JOIN ${BEFORE}.${quoteName(from.name)} o ON ${terms.join(' AND ')}`;
  const filled = without.flatMap(({ name }) => {
    const column = `n.${quoteName(name)}`;
    const value = db.prepare(`SELECT ${column} ${rows} LIMIT 1`).pluck().safeIntegers().get() as
      SqlValue | undefined;
    if (!isFillable(value)) return [];
    const literal = quoteValue(value);
    const other = `typeof(${column})<>typeof(${literal}) OR ${column} COLLATE BINARY IS NOT ${literal}`;
    return db.prepare(`SELECT 1 ${rows} WHERE ${other} LIMIT 1`).get() === undefined
      ? [{ column: name, value }]
      : [];
  });
  return filled.length < without.length ? [] : filled;
}

/** Whether a value is the same on any version of SQLite, and short enough to stand in a definition's statements. */
export function isFillable(value: SqlValue | undefined): value is bigint | string | Uint8Array {
  if (typeof value === 'bigint') return true;
  return (typeof value === 'string' || value instanceof Uint8Array) && value.length <= LONGEST;
}

const LONGEST = 1000;
