import type { RowChange, TableChanges } from '../../changeset/model';
import { joinTerms } from '../../sqlite/join-terms';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { hasHiddenRowid } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';
import { bindValues } from '../../sqlite/values/bind';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import { guardChanges } from './guards';
import { refuseTooLarge } from './row-limit';
import type { RemainingRows, StatementOptions, TableStatements } from './table-statements';

/** The number of columns from which a row, with additions, no longer fits into one result of a query. */
const TOO_WIDE = 1_990;

/** Checks whether rows have too many columns, and are all written one by one. */
export function isTooWide({ columns }: TableChanges): boolean {
  return columns.length > TOO_WIDE;
}

/**
 * Checks whether to delete rows one by one, and to turn updates into deletes and inserts. Either the rows are too wide,
 * or SQLite would scan the whole table for each row of a statement, believing it to be tiny. For a
 * single row, it always uses the key.
 */
export function goOneByOne(changes: TableChanges): boolean {
  return isTooWide(changes) || changes.understated === 'tiny';
}

/**
 * Returns the statements for rows that are too wide, with a guard for each. No query can return a whole row of about
 * 2,000 columns.
 */
export function wideStatements(
  changes: TableChanges,
  remaining: RemainingRows,
  { maxRowBytes, keep }: StatementOptions,
): TableStatements {
  const into: TableStatements = { deletes: [], updates: [], inserts: [] };
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const meant of changes.rows(kind)) {
      const change: RowChange | null = remaining.row(changes, meant);
      if (change === null) continue;
      refuseTooLarge(changes, change, maxRowBytes);
      if (change.kind !== 'insert') into.deletes.push(...deleteRow(changes, change.old).map(keep));
      if (change.kind !== 'delete') into.inserts.push(...insertRow(changes, change.new).map(keep));
    }
  }
  return into;
}

/** Returns the statement that deletes one row if all its values match, and its guard. */
export function deleteRow({ table, columns, key }: TableChanges, row: readonly SqlValue[]): Statement[] {
  const args: SqlValue[] = [];
  // A value used several times is bound each time.
  const value = (i: number): string => {
    const bound = bindValues([row[i] ?? null]);
    args.push(...bound.args);
    return bound.expressions[0] ?? '';
  };
  const sameKey = keyTerms(table, 't.').map((term, i) => `${term} = ${value(key[i] ?? 0)}`);
  const sameValues = columns.flatMap((name, i) => {
    const column = `t.${quoteName(name)}`;
    const equal = `+${column} COLLATE BINARY IS ${value(i)}`;
    const sign = row[i] === 0 ? [`atan2(${column}, -1) IS atan2(${value(i)}, -1)`] : [];
    return [equal, `typeof(${column}) = '${storageClass(row[i] ?? null)}'`, ...sign];
  });
  const where = joinTerms([...sameKey, ...sameValues], 'AND');
  const sql = `DELETE FROM main.${quoteName(table.name)} AS t WHERE ${where}`;
  return [{ sql, args, carries: { kind: 'delete', table: table.name, rows: 1 } }, guardChanges(1)];
}

function storageClass(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'real';
  return value instanceof Uint8Array ? 'blob' : 'text';
}

// A hidden rowid would be one too many beside 2,000 columns. It is set afterwards.
function insertRow({ table, columns }: TableChanges, row: readonly SqlValue[]): Statement[] {
  const own = hasHiddenRowid(table) ? 1 : 0;
  const { expressions, args } = bindValues(row.slice(own));
  const name = `main.${quoteName(table.name)}`;
  const list = columns.slice(own).map(quoteName).join(',');
  const insert: Statement = {
    sql: `INSERT OR ABORT INTO ${name}(${list}) VALUES(${expressions.join(',')})`,
    args,
    carries: { kind: 'insert', table: table.name, rows: 1 },
  };
  if (own === 0) return [insert, guardChanges(1)];
  const rowid = quoteName(columns[0] ?? '');
  const place: Statement = {
    sql: `UPDATE OR ABORT ${name} SET ${rowid} = ? WHERE ${rowid} = last_insert_rowid()`,
    args: [row[0] ?? null],
    carries: { kind: 'update', table: table.name, rows: 0 },
  };
  return [insert, guardChanges(1), place, guardChanges(1)];
}
