import type { Database, Statement } from 'better-sqlite3';
import { reportCell, UNRENDERED, wireCell } from '../local/json-cells';
import { quoteName, quoteString } from '../local/quote';
import { keyColumns, type Table } from '../local/schema';
import type { Encoding } from '../local/values';
import type { ChangeKind, RowChange, RowPiece, TableChanges } from './model';
import type { RowidRange } from './pages/changed-ranges';
import { differ, sideOf } from './row-queries';
import { changesUniqueValue } from './unique';

/** Rows of one piece, and values: with values of up to 10,000 bytes, a piece stays within 200 MB at the worst. */
const PIECE = { rows: 2_000, values: 20_000 };

/** Characters of a piece that still go into one statement. */
const LONG = 1_000_000;

/** Columns that one call of `concat_ws` takes easily, twice. */
const MAX_COLUMNS = 250;

/** Characters of pieces that are kept, since they are used twice: for the push, and for `diff.sql`. */
const KEPT = 32_000_000;

/** What {@link bulkRows} needs to know. */
interface Source {
  readonly db: Database;
  readonly table: Table;
  /** All columns of a row. */
  readonly columns: readonly string[];
  readonly encoding: Encoding;
  /** The rowids among which they are, in ascending order. */
  readonly ranges: readonly RowidRange[];
  /** Where the rows of a kind are, as {@link changedFrom} tells, or null where they are few. */
  readonly from: (kind: ChangeKind) => string | null;
  /** Reads the rows of a kind from one rowid to another, one by one. */
  readonly rows: (kind: ChangeKind, first: bigint, last: bigint) => RowChange[];
}

type Form = 'wire' | 'report';

/**
 * Lets SQLite itself render changed rows as JSON, many at once: reading 50,000 rows one by one takes longer than a server
 * needs to write them. A piece with a value that JSON does not hold exactly is given row by row.
 */
export function bulkRows(source: Source): TableChanges['bulk'] {
  const { table, columns, encoding } = source;
  if (table.rowid === null || encoding !== 'UTF-8' || columns.length > MAX_COLUMNS) return () => null;
  const kept = new Map<ChangeKind, RowPiece[]>();
  return (kind, form) => {
    const from = source.from(kind);
    if (from === null) return null;
    if (form === 'report') return render(source, kind, from, form);
    const known = kept.get(kind);
    if (known !== undefined) return known;
    return remember(render(source, kind, from, form), (all) => kept.set(kind, all));
  };
}

// What is too much to keep is rendered anew at each call.
function* remember(pieces: Iterable<RowPiece>, keep: (all: RowPiece[]) => unknown): Generator<RowPiece> {
  const found: RowPiece[] = [];
  let size = 0;
  for (const piece of pieces) {
    yield piece;
    size += 'text' in piece ? piece.text.length : 0;
    if (size <= KEPT) found.push(piece);
    else found.length = 0;
  }
  if (size <= KEPT) keep(found);
}

/** A piece as SQLite renders it. */
interface Rendered {
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
  /** Columns that some row of the piece changes. */
  readonly changed: readonly number[];
}

function* render(source: Source, kind: ChangeKind, from: string, form: Form): Generator<RowPiece> {
  const read = pieceReader(source, kind, from, form);
  for (const range of source.ranges) yield* renderRange(source, kind, range, read);
}

function* renderRange(
  source: Source,
  kind: ChangeKind,
  [start, end]: RowidRange,
  read: ReturnType<typeof pieceReader>,
): Generator<RowPiece> {
  let set: readonly number[] = [];
  for (let next = start; ;) {
    let piece = read([next, end], set);
    if (piece.count === 0) return;
    // Rows change the same columns as a rule; where others do, their piece is rendered again with those.
    if (piece.changed.join() !== set.join()) {
      set = piece.changed;
      piece = read([next, end], set);
    }
    const { count, first, last, text } = piece;
    const isWhole = text.length <= LONG && !text.includes(UNRENDERED) && !text.includes('\uFFFD');
    yield isWhole && !changesUniqueValue(source, set)
      ? { count, text, set }
      : { count, rows: source.rows(kind, first, last) };
    if (last === end) return;
    next = last + 1n;
  }
}

/** Answers with the first rows of a range; updates are rendered with these columns set. */
function pieceReader(
  { db, table, columns }: Source,
  kind: ChangeKind,
  from: string,
  form: Form,
): (range: RowidRange, set: readonly number[]) => Rendered {
  const names = columns.map(quoteName);
  const limit = Math.min(PIECE.rows, Math.floor(PIECE.values / columns.length));
  const place = `${sideOf(kind)}.${quoteName(table.rowid ?? '')}`;
  const old = kind === 'insert' ? [] : names.map((name, i) => `o.${name} AS o${i}`);
  const now = kind === 'delete' ? [] : names.map((name, i) => `n.${name} AS n${i}`);
  const compared = kind === 'update' ? columns.flatMap((c, i) => (isKey(table, c) ? [] : [i])) : [];
  const flags = compared.map((i) => `(${differ(names[i] ?? '')}) AS d${i}`);
  const rows = `SELECT ${place} AS k, ${[...old, ...now, ...flags].join(',')} ${from} AND ${place} BETWEEN ? AND ?
                ORDER BY ${place} LIMIT ${limit}`;
  const changed = compared.map((i) => `, max(d${i})`).join('');
  const statement = (set: readonly number[]): Statement => {
    const text = form === 'wire' ? wireText(kind, columns, set) : reportText(kind, table, columns, set);
    const sql = `SELECT count(*), min(k), max(k), group_concat(${text}, ','||char(10))${changed} FROM (${rows})`;
    return db.prepare(sql).raw().safeIntegers();
  };
  const statements = new Map<string, Statement>();
  return (range, set) => {
    const select = statements.get(set.join()) ?? statement(set);
    statements.set(set.join(), select);
    const [count, first, last, text, ...flagged] = select.get(...range) as [
      bigint,
      bigint,
      bigint,
      string,
      ...bigint[],
    ];
    const found = compared.filter((_, i) => flagged[i] === 1n);
    return { count: Number(count), first, last, text, changed: found };
  };
}

function isKey(table: Table, column: string): boolean {
  return keyColumns(table).includes(column);
}

/** A row as it is pushed: its values before, or after, or before and those that are set. */
function wireText(kind: ChangeKind, columns: readonly string[], set: readonly number[]): string {
  const old = kind === 'insert' ? [] : columns.map((_, i) => wireCell(`o${i}`));
  const now =
    kind === 'insert' ? columns.map((_, i) => wireCell(`n${i}`)) : set.map((i) => wireCell(`n${i}`));
  return list([...old, ...now]);
}

/** A row as `changes.json` has it. */
function reportText(
  kind: ChangeKind,
  table: Table,
  columns: readonly string[],
  set: readonly number[],
): string {
  if (kind !== 'update') return list(columns.map((_, i) => reportCell(`${sideOf(kind)}${i}`)));
  const key = keyColumns(table).map((name) => reportCell(`o${columns.indexOf(name)}`));
  const changes = set.map((i) => {
    const name = quoteString(`${JSON.stringify(columns[i])}:[`);
    return `iif(d${i}, ${name}||${reportCell(`o${i}`)}||','||${reportCell(`n${i}`)}||']', NULL)`;
  });
  return `'{"key":'||${list(key)}||',"set":{'||concat_ws(',',${changes.join(',') || 'NULL'})||'}}'`;
}

function list(cells: readonly string[]): string {
  return `'['||concat_ws(',',${cells.join(',')})||']'`;
}
