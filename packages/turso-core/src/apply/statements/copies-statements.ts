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

/** A row, and how many of it there are and are to be. */
export interface CountedRow {
  readonly row: readonly SqlValue[];
  readonly copies: Copies;
}

/** The row and the counts of a change in a table whose rows cannot be addressed. */
export function countedRow(change: RowChange): CountedRow {
  if (change.kind === 'update' || change.copies === undefined) throw new Error('A row without a count');
  return { row: change.kind === 'delete' ? change.old : change.new, copies: change.copies };
}

/**
 * The statements for a table whose rows cannot be addressed: where the other side has as many of each row as it had, all of
 * them are deleted, and as many inserted as there are to be.
 */
export function copiesStatements(
  changes: TableChanges,
  remaining: RemainingRows,
  { maxRowBytes, keep }: StatementOptions,
): TableStatements {
  const { table, columns } = changes;
  // Tables are dropped after the former, and made before the latter.
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

/** The rows of a source `r`, of which the last column is a number, by their content. */
export function wanted(changes: TableChanges): string {
  return `SELECT ${rowKey(changes, 'r')} AS k, r.c${changes.columns.length} AS n FROM r`;
}

/** How many rows of each content the other side has. */
export function countedCopies(changes: TableChanges): string {
  return `SELECT ${rowKey(changes, 't')} AS k, count(*) AS n FROM ${nameOf(changes)} t GROUP BY 1`;
}

function nameOf({ table }: TableChanges): string {
  return `main.${quoteName(table.name)}`;
}

/** The content of a row as one text: see {@link contentKey}. */
export function rowKey({ columns }: TableChanges, alias: 'r' | 't'): string {
  const names = columns.map((name, i) => (alias === 'r' ? `r.c${i}` : `t.${quoteName(name)}`));
  return contentKey(names, mostBytes(columns.length));
}

/** Bytes of a value that are compared: the whole key has to stay within the 5,000,000 bytes that servers take. */
function mostBytes(columns: number): number {
  return Math.floor(2_000_000 / columns);
}

/** Whether {@link rowKey} tells a row from all others. Text takes twice as many bytes in UTF-16. */
export function isComparable(columns: number, row: readonly SqlValue[]): boolean {
  return row.every((value) => byteSize(value) * 2 <= mostBytes(columns));
}

function refuseClipped({ table, columns }: TableChanges, row: readonly SqlValue[]): void {
  if (isComparable(columns.length, row)) return;
  throw unsupported(
    `values of more than ${Math.floor(mostBytes(columns.length) / 2)} bytes in table "${table.name}", whose columns take every name of the rowid`,
  );
}
