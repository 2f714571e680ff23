import type { Copies, RowChange, TableChanges } from '../../changeset/model';
import { unsupported } from '../../changeset/unsupported';
import { contentKey } from '../../sqlite/schema/content-key';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import { byteSize, type SqlValue } from '../../sqlite/values/values';
import { guard } from '../../sqlite/guard';
import { guardChanges } from './guards';
import { refuseTooLarge } from './row-limit';
import { RowBatcher } from './row-batcher';
import { onRows } from './row-source';
import type { RemainingRows, StatementOptions, TableStatements } from './table-statements';

/** A row, with its present and its intended number of copies. */
export interface CountedRow {
  readonly row: readonly SqlValue[];
  readonly copies: Copies;
}

/** Returns the row and the counts of a change in a table without addressable rows. */
export function countedRow(change: RowChange): CountedRow {
  if (change.kind === 'update' || change.copies === undefined) throw new Error('A row without a count');
  return { row: change.kind === 'delete' ? change.old : change.new, copies: change.copies };
}

/**
 * Returns the statements for a table without addressable rows. If the target has the old number of copies of each row,
 * they delete all of these. Then they insert the new number of copies.
 */
export function copiesStatements(
  changes: TableChanges,
  remaining: RemainingRows,
  { maxRowBytes, keep }: StatementOptions,
): TableStatements {
  const { table, columns } = changes;
  // Tables are dropped after the deletes, and created before the inserts.
  const emptied: Readonly<Record<'delete' | 'insert', Statement[]>> = { delete: [], insert: [] };
  const inserts: Statement[] = [];
  const list = columns.map(quoteName).join(',');
  const carries = (kind: 'delete' | 'insert', rows: number): Pick<Statement, 'carries'> => ({
    carries: { kind, table: table.name, rows },
  });
  const inserted = new RowBatcher(columns.length, (rows) =>
    inserts.push(
      keep({
        ...onRows(rows, `INSERT OR ABORT INTO ${nameOf(changes)}(${list}) SELECT * FROM r`),
        ...carries('insert', rows.count),
      }),
      guardChanges(rows.count),
    ),
  );
  for (const kind of ['delete', 'insert'] as const) {
    const counted = new RowBatcher(columns.length + 1, (rows) =>
      emptied[kind].push(
        keep(onRows(rows, guardCopies(changes))),
        keep({
          ...onRows(
            rows,
            `DELETE FROM ${nameOf(changes)} AS t WHERE ${rowKey(changes, 't')} IN (SELECT k FROM (${wanted(changes)}) WHERE n > 0)`,
          ),
          ...carries('delete', rows.count),
        }),
      ),
    );
    for (const meant of changes.rows(kind)) {
      const change = remaining.row(changes, meant);
      if (change === null) continue;
      const { row, copies } = countedRow(change);
      refuseTooLarge(changes, change, maxRowBytes);
      refuseClipped(changes, row);
      counted.add([...row, BigInt(copies.from)]);
      for (let i = 0; i < copies.to; i++) inserted.add(row);
    }
    counted.flush();
  }
  inserted.flush();
  return { deletes: emptied.delete, updates: [], inserts: [...emptied.insert, ...inserts] };
}

function guardCopies(changes: TableChanges): string {
  return guard(`NOT EXISTS (SELECT 1 FROM (${wanted(changes)}) w LEFT JOIN (${countedCopies(changes)}) g ON g.k = w.k
    WHERE coalesce(g.n, 0) <> w.n)`).sql;
}

/** Selects the content keys of a source `r`, with the number in its last column. */
export function wanted(changes: TableChanges): string {
  return `SELECT ${rowKey(changes, 'r')} AS k, r.c${changes.columns.length} AS n FROM r`;
}

/** Counts the target's rows of each content. */
export function countedCopies(changes: TableChanges): string {
  return `SELECT ${rowKey(changes, 't')} AS k, count(*) AS n FROM ${nameOf(changes)} t GROUP BY 1`;
}

function nameOf({ table }: TableChanges): string {
  return `main.${quoteName(table.name)}`;
}

/** Returns the content of a row as one text: see {@link contentKey}. */
export function rowKey({ columns }: TableChanges, alias: 'r' | 't'): string {
  const names = columns.map((name, i) => (alias === 'r' ? `r.c${i}` : `t.${quoteName(name)}`));
  return contentKey(names, mostBytes(columns.length));
}

/**
 * Returns the number of compared bytes per value. The whole key must stay within the servers' limit of 5,000,000 bytes.
 */
function mostBytes(columns: number): number {
  return Math.floor(2_000_000 / columns);
}

/** Checks whether {@link rowKey} distinguishes a row from all others. Text takes twice as many bytes in UTF-16. */
export function isComparable(columns: number, row: readonly SqlValue[]): boolean {
  return row.every((value) => byteSize(value) * 2 <= mostBytes(columns));
}

function refuseClipped({ table, columns }: TableChanges, row: readonly SqlValue[]): void {
  if (isComparable(columns.length, row)) return;
  throw unsupported(
    `values of more than ${Math.floor(mostBytes(columns.length) / 2)} bytes in table "${table.name}", whose columns take every name of the rowid`,
  );
}
