import type { Statement } from 'better-sqlite3';
import type { Database } from '../files/sqlite';
import { rowColumns, type Table } from '../schema/schema';
import { exactReal, POWER, quoteName, quoteString } from '../values/quote';
import { realCase } from '../values/real-case';
import type { Encoding } from '../values/values';
import { regularRow, sampleKinds, type ColumnKind, type Rendering } from './regular-rows';

/** Some rows of a table, to render as one INSERT statement; plain data, for other threads. */
export interface RowTask {
  /** A query with one row and one value: the statement. */
  readonly sql: string;
  readonly args: readonly (bigint | number)[];
  /** A faster query with the same arguments: the statement, and the number of rows that it cannot render. */
  readonly regular?: string;
}

/** A piece of a dump: text, bytes, or a task that returns bytes. */
export type DumpPiece = string | Uint8Array | RowTask;

/** 18 digits, without rounding to the shortest. */
const REAL = '%!.17e';

/** The maximum number of columns in one result. A hidden rowid beside 2,000 columns is one too many. */
const MAX_RESULT = 2_000;

/** The number of rows in one INSERT statement. */
const ROWS = 5_000;

/**
 * The maximum size of a task's records, in bytes. A thread holds a small multiple of it at once. Larger tasks are also
 * slower.
 */
const BYTES = 300_000;

/**
 * Cuts tables into tasks of limited memory, for any kind of rows. The table's largest record, as the worst case, limits
 * the rows of a task.
 */
export function rowTasks(db: Database, encoding: Encoding): (table: Table) => Generator<DumpPiece> {
  return function* (table) {
    const name = quoteName(table.name);
    const columns = rowColumns(table).map(quoteName);
    const isUtf8 = encoding === 'UTF-8';
    const row = joined(columns.map((c) => literal(c, isUtf8)));
    // As bytes, text passes unchanged. In other encodings than UTF-8 the bytes would differ, so all texts are in hex.
    const rendered = (text: string): string => (isUtf8 ? `CAST(${text} AS BLOB)` : text);
    const head = `INSERT INTO ${name}(${columns.join(',')}) VALUES\n(`;
    if (table.rowid === null) {
      yield* renderOneByOne(db, `SELECT ${rendered(row)} FROM ${name} NOT INDEXED`, head);
      return;
    }
    const rowid = quoteName(table.rowid);
    const rows = Math.max(1, Math.min(ROWS, Math.floor(BYTES / largestRecord(db, table.name))));
    const statement = (row: string): string =>
      `${quoteString(head)}||group_concat(${row},${quoteString(BETWEEN)})||${quoteString(END)}`;
    const place = `FROM ${name} NOT INDEXED WHERE ${rowid} BETWEEN ? AND ?`;
    const range = columns.length > MAX_RESULT ? place : `FROM (SELECT ${columns.join(',')} ${place})`;
    const kinds = isUtf8 ? sampleKinds(db, columns, `FROM ${name} NOT INDEXED`) : null;
    const task = {
      sql: `SELECT ${rendered(statement(row))} ${range}`,
      ...(kinds === null ? {} : { regular: regularQuery(columns, kinds, statement, range) }),
    };
    for (const args of rowidRanges(db, name, rowid, rows)) yield { ...task, args };
  };
}

function regularQuery(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  statement: (row: string) => string,
  range: string,
): string {
  const { text, isRegular } = regularRow(columns, kinds, LITERALS, ['', '']);
  return `SELECT CAST(${statement(text)} AS BLOB), total(NOT(${isRegular})) ${range}`;
}

/** Makes a function that renders the rows of tasks. Tasks with the same text come by the hundred. */
export function rowRenderer(db: Database): (task: RowTask) => Uint8Array | string {
  const known = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    let statement = known.get(sql);
    if (statement === undefined) {
      // The statements of earlier tables are no longer needed.
      if (known.size >= 2) known.clear();
      known.set(sql, (statement = db.prepare(sql).raw()));
    }
    return statement;
  };
  return ({ sql, regular, args }) => {
    if (regular !== undefined) {
      const [text, others] = prepare(regular).get(...args) as [Buffer, number];
      if (others === 0 && !text.includes('\r')) return text;
    }
    return (prepare(sql).get(...args) as [Uint8Array | string])[0];
  };
}

const BETWEEN = '),\n(';
const END = ');\n';
const MAX_ROWID = 2n ** 63n - 1n;

function* rowidRanges(db: Database, table: string, rowid: string, rows: number): Generator<[bigint, bigint]> {
  const first = db.prepare(`SELECT min(${rowid}) FROM ${table} NOT INDEXED`).pluck().safeIntegers();
  const after = db
    .prepare(
      `SELECT ${rowid} FROM ${table} NOT INDEXED WHERE ${rowid} >= ? ORDER BY ${rowid} LIMIT 1 OFFSET ${rows}`,
    )
    .pluck()
    .safeIntegers();
  let from = first.get() as bigint | null;
  while (from !== null) {
    const next = (after.get(from) as bigint | undefined) ?? null;
    yield [from, next === null ? MAX_ROWID : next - 1n];
    from = next;
  }
}

// Without a rowid there are no cheap ranges to find.
function* renderOneByOne(db: Database, sql: string, head: string): Generator<Uint8Array | string> {
  let count = 0;
  for (const values of db.prepare(sql).pluck().iterate() as IterableIterator<Uint8Array | string>) {
    yield count === 0 ? head : count % ROWS === 0 ? `${END}${head}` : BETWEEN;
    yield values;
    count++;
  }
  if (count > 0) yield END;
}

// https://sqlite.org/dbstat.html
function largestRecord(db: Database, table: string): number {
  const select = db.prepare('SELECT max(mx_payload, 1) FROM dbstat WHERE aggregate = 1 AND name = ?').pluck();
  return (select.get(table) as number | undefined) ?? BYTES;
}

// One call of concat_ws takes at most 1,000 arguments, and a table may have 2,000 columns.
function joined(expressions: readonly string[]): string {
  const call = (items: readonly string[]): string => `concat_ws(',',${items.join(',')})`;
  if (expressions.length <= 500) return call(expressions);
  return call([joined(expressions.slice(0, 500)), joined(expressions.slice(500))]);
}

/**
 * Returns an SQL expression for a column's value as a literal. Doubles have the form of {@link quoteValue}: this SQLite
 * prints 18 digits without rounding to the shortest.
 */
function literal(column: string, isUtf8: boolean): string {
  const bytes = `'CAST(x'''||hex(CAST(${column} AS BLOB))||''' AS TEXT)'`;
  // The shell reads a statement as a C string, and drops a CR at the end of a line.
  const isSpecial = `instr(${column},char(0)) OR instr(${column},char(13))`;
  const string = isUtf8 ? `iif(${isSpecial},${bytes},quote(${column}))` : bytes;
  return `CASE typeof(${column}) WHEN 'text' THEN ${string} WHEN 'real' THEN ${real(column)} ELSE quote(${column}) END`;
}

const LITERALS: Rendering = {
  integer: '%d',
  real: REAL,
  text: { directive: '%Q', value: (column) => column },
  isPlainText: (column) => `NOT instr(${column},char(0))`,
  any: (column) => literal(column, true),
};

function real(column: string): string {
  const digits = (value: string): string => `format('${REAL}',${value})`;
  return realCase(column, {
    normal: digits(column),
    zero: `'0.0'`,
    negativeZero: `'-0.0'`,
    tiny: `'('||${digits(`${column}*${exactReal(POWER)}`)}||'/${exactReal(POWER)})'`,
    infinite: `'9e999'`,
    negativeInfinite: `'-9e999'`,
  });
}
