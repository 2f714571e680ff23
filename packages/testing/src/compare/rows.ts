import type { Database } from 'better-sqlite3';
import { compareMultisets } from './multiset';
import type { Pair } from './pair';
import { quote } from './quote';
import type { Table } from './tables';
import { clip, describeCell, sameCell, type Cell } from './values';

/** The rowid, then for each column its storage class and its value. */
type Row = readonly [rowid: bigint | null, ...cells: Cell[]];

/**
 * Tells which rows of a table differ: by rowid where the table has one to address, else as a multiset.
 *
 * Both sides must have the same columns.
 */
export function* compareRows(pair: Pair, table: Table): Generator<string> {
  if (table.rowid !== undefined) yield* compareByRowid(pair, table);
  else yield* compareMultisets(table.name, describeRows(pair.a, table), describeRows(pair.b, table));
}

/** Each row as a text that only an equal row has. */
export function* describeRows(db: Database, table: Table): Generator<string> {
  for (const row of selectRows(db, table)) yield describeRow(table, row);
}

function* compareByRowid(pair: Pair, table: Table): Generator<string> {
  const rows = { a: selectRows(pair.a, table), b: selectRows(pair.b, table) };
  try {
    let a = next(rows.a);
    let b = next(rows.b);
    while (a || b) {
      const order = compareRowids(a, b);
      if (order === 0 && a && b && !sameRow(a, b)) yield* compareCells(table, a, b);
      if (order < 0 && a) yield `${table.name}: only in a: ${clip(describeRow(table, a))}`;
      if (order > 0 && b) yield `${table.name}: only in b: ${clip(describeRow(table, b))}`;
      if (order <= 0) a = next(rows.a);
      if (order >= 0) b = next(rows.b);
    }
  } finally {
    rows.a.return?.(); // the connection stays busy otherwise
    rows.b.return?.();
  }
}

function selectRows(db: Database, { name, rowid, columns }: Table): IterableIterator<Row> {
  const cells = columns.map((column) => {
    const c = quote(column);
    return `typeof(${c}), CASE typeof(${c}) WHEN 'text' THEN CAST(${c} AS BLOB) ELSE ${c} END`;
  });
  const order = rowid === undefined ? '' : ` ORDER BY ${rowid}`;
  const sql = `SELECT ${[rowid ?? 'NULL', ...cells].join(', ')} FROM ${quote(name)}${order}`;
  return db.prepare<[], Row>(sql).raw().iterate();
}

function next(rows: IterableIterator<Row>): Row | undefined {
  const step = rows.next();
  return step.done === true ? undefined : step.value;
}

/** Like a sort function; a side that has no more rows comes last. */
function compareRowids(a: Row | undefined, b: Row | undefined): number {
  if (!a || !b) return a ? -1 : 1;
  const [x, y] = [a[0] ?? 0n, b[0] ?? 0n];
  return x < y ? -1 : x > y ? 1 : 0;
}

function sameRow(a: Row, b: Row): boolean {
  return a.every((cell, index) => sameCell(cell, b[index] ?? null));
}

function* compareCells({ name, columns }: Table, a: Row, b: Row): Generator<string> {
  for (const [index, column] of columns.entries()) {
    const [type, value] = cellOf(a, index);
    const [otherType, otherValue] = cellOf(b, index);
    if (type === otherType && sameCell(value, otherValue)) continue;
    const [inA, inB] = [describeCell(type, value), describeCell(otherType, otherValue)];
    yield `${name}: rowid ${a[0]}, ${column}: a ${clip(inA)}, b ${clip(inB)}`;
  }
}

function describeRow({ columns }: Table, row: Row): string {
  const cells = columns.map((column, index) => `${column}=${describeCell(...cellOf(row, index))}`);
  return [...(row[0] === null ? [] : [`rowid ${row[0]}`]), ...cells].join(', ');
}

function cellOf(row: Row, column: number): [type: string, value: Cell] {
  return [row[1 + 2 * column] as string, row[2 + 2 * column] ?? null];
}
