import type { Database } from 'better-sqlite3';
import { reportCell, UNRENDERED, wireCell } from '../local/json-cells';
import { quoteName } from '../local/quote';
import { rowColumns, type Table } from '../local/schema';
import type { Encoding } from '../local/values';
import type { InsertedRows, RowChange, TableChanges } from './model';

/** Rows from which on they are rendered in bulk. */
const MANY = 1_000;

/** Rows of one piece, and values: with values of up to 10,000 bytes, a piece stays within 200 MB at the worst. */
const PIECE = { rows: 2_000, values: 20_000 };

/** Characters of a piece that still go into one statement. */
const LONG = 1_000_000;

/** Columns that one call of `concat_ws` takes easily. */
const MAX_COLUMNS = 500;

/** Characters of pieces that are kept, since they are used twice: for the push, and for `diff.sql`. */
const KEPT = 32_000_000;

/** What {@link bulkInserts} needs to know. */
interface Source {
  readonly db: Database;
  readonly table: Table;
  readonly encoding: Encoding;
  /** `FROM` and what follows: the inserted rows under the alias `n`, with a condition to add to. */
  readonly from: string;
  /** Reads the inserted rows from one rowid to another, one by one. */
  readonly rows: (first: bigint, last: bigint) => RowChange[];
}

/**
 * Lets SQLite itself render inserted rows as JSON, many at once: reading 50,000 rows one by one takes longer than a server
 * needs to write them. A piece with a value that JSON does not hold exactly is given row by row.
 */
export function bulkInserts(
  source: Source,
): (count: number, form: 'wire' | 'report') => ReturnType<TableChanges['bulkInserts']> {
  let kept: InsertedRows[] | undefined;
  return (count, form) => {
    const { table, encoding } = source;
    if (
      count < MANY ||
      table.rowid === null ||
      encoding !== 'UTF-8' ||
      rowColumns(table).length > MAX_COLUMNS
    ) {
      return null;
    }
    if (form === 'report') return render(source, reportCell);
    if (kept !== undefined) return kept;
    const pieces = remember(render(source, wireCell));
    if (Array.isArray(pieces)) kept = pieces;
    return pieces;
  };
}

// Too much to keep is rendered anew at each call.
function remember(pieces: Iterable<InsertedRows>): Iterable<InsertedRows> {
  const found: InsertedRows[] = [];
  let size = 0;
  const rest = pieces[Symbol.iterator]();
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    found.push(next.value);
    size += 'text' in next.value ? next.value.text.length : 0;
    if (size > KEPT) return chain(found, rest);
  }
  return found;
}

function* chain<T>(first: Iterable<T>, rest: Iterator<T>): Generator<T> {
  yield* first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}

function* render(
  { db, table, from, rows }: Source,
  cell: (column: string) => string,
): Generator<InsertedRows> {
  const columns = rowColumns(table).map(quoteName);
  const limit = Math.min(PIECE.rows, Math.floor(PIECE.values / columns.length));
  const rowid = quoteName(table.rowid ?? '');
  const cells = columns.map((_, i) => cell(`c${i}`)).join(',');
  const list = columns.map((column, i) => `n.${column} AS c${i}`).join(',');
  const select = db
    .prepare(
      `SELECT count(*), min(k), max(k), group_concat('['||concat_ws(',',${cells})||']', ','||char(10)) FROM (
         SELECT n.${rowid} AS k, ${list} ${from} AND n.${rowid} >= ? ORDER BY n.${rowid} LIMIT ${limit})`,
    )
    .raw()
    .safeIntegers();
  for (let from = LEAST_ROWID; ;) {
    const [count, first, last, text] = select.get(from) as [bigint, bigint, bigint, string];
    if (count === 0n) return;
    yield text.length > LONG || text.includes(UNRENDERED) || text.includes('\uFFFD')
      ? { count: Number(count), rows: rows(first, last) }
      : { count: Number(count), text };
    if (last === GREATEST_ROWID) return;
    from = last + 1n;
  }
}

const LEAST_ROWID = -(2n ** 63n);
const GREATEST_ROWID = 2n ** 63n - 1n;
