import type { Statement } from 'better-sqlite3';
import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns, type Table } from '../../sqlite/schema/schema';
import { UNRENDERED } from '../../sqlite/values/json-cells';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding } from '../../sqlite/values/values';
import type { ChangeKind, RowChange, RowForm, RowPiece, TableChanges } from '../model';
import type { RowidRange } from '../pages/changed-ranges';
import { differ, sideOf } from './row-queries';
import { rowText } from './row-texts';
import { tagNumbers } from './tag-numbers';
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
  /** The name under which the older rows are attached. */
  readonly older: string;
  /** The rowids among which they are, in ascending order. */
  readonly ranges: readonly RowidRange[];
  /** Whether there are many rows of a kind. */
  readonly isMany: (kind: ChangeKind) => boolean;
  /** Where the rows of a kind are, as {@link changedFrom} tells; these columns are compared first. */
  readonly from: (kind: ChangeKind, first: readonly number[]) => string | null;
  /** The rows of a kind from one rowid to another, which are read one by one at each use. */
  readonly rows: (kind: ChangeKind, first: bigint, last: bigint) => Iterable<RowChange>;
}

/**
 * Lets SQLite itself render changed rows as JSON, many at once: reading 50,000 rows one by one takes longer than a server
 * needs to write them. A piece with a value that JSON does not hold exactly is given row by row.
 */
export function bulkRows(source: Source): TableChanges['bulk'] {
  const { table, columns, encoding } = source;
  if (table.rowid === null || encoding !== 'UTF-8' || columns.length > MAX_COLUMNS) return () => null;
  const kept = new Map<string, RowPiece[]>();
  const pieces = (kind: ChangeKind, form: RowForm): Iterable<RowPiece> | null => {
    if (!source.isMany(kind)) return null;
    // Whole rows stand in a report as they are sent, but for the numbers.
    if (form === 'report' && kind !== 'update') return mapTexts(pieces(kind, 'rows') ?? [], tagNumbers);
    // Which rows an update changes, and in which columns, is found out once, with the fewest values.
    const found = kind === 'update' && form !== 'keys' ? (pieces(kind, 'keys') ?? []) : null;
    if (form === 'report') return mapTexts(renderAgain(source, form, found ?? []), tagNumbers);
    const name = kind === 'insert' ? kind : kind + form;
    const rendered = (): Iterable<RowPiece> =>
      found === null ? render(source, kind, form) : renderAgain(source, form, found);
    return kept.get(name) ?? remember(rendered(), (all) => kept.set(name, all));
  };
  return pieces;
}

function* mapTexts(pieces: Iterable<RowPiece>, change: (text: string) => string): Generator<RowPiece> {
  for (const piece of pieces) yield 'text' in piece ? { ...piece, text: change(piece.text) } : piece;
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
  /** Columns that some row of the piece changes, besides those that were rendered as set. */
  readonly others: readonly number[];
  /** Whether the older table is known to have no other rows in between. */
  readonly isAlone: boolean;
}

function* render(source: Source, kind: ChangeKind, form: RowForm): Generator<RowPiece> {
  const read = pieceReader(source, kind, form);
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
    // Rows change the same columns as a rule; where others do, their piece is rendered again with those as well.
    if (piece.others.length > 0) {
      set = [...set, ...piece.others].sort((a, b) => a - b);
      piece = read([next, end], set);
    }
    const { count, first, last, text, isAlone } = piece;
    yield isWhole(text) && !changesUniqueValue(source, set)
      ? { count, text, set, span: [first, last], isAlone }
      : { count, set, rows: source.rows(kind, first, last) };
    if (last === end) return;
    next = last + 1n;
  }
}

/** Renders the updates of pieces that were found already in another form. */
function* renderAgain(source: Source, form: RowForm, found: Iterable<RowPiece>): Generator<RowPiece> {
  const read = pieceReader(source, 'update', form);
  for (const piece of found) {
    if ('rows' in piece) {
      yield piece;
      continue;
    }
    const { count, span, set } = piece;
    const { text } = read(span, set);
    yield isWhole(text) ? { ...piece, text } : { count, set, rows: source.rows('update', ...span) };
  }
}

function isWhole(text: string): boolean {
  return text.length <= LONG && !text.includes(UNRENDERED) && !text.includes('\uFFFD');
}

/** Answers with the first rows of a range; updates are rendered with these columns set. */
function pieceReader(
  source: Source,
  kind: ChangeKind,
  form: RowForm,
): (range: RowidRange, set: readonly number[]) => Rendered {
  const place = `${sideOf(kind)}.${quoteName(source.table.rowid ?? '')}`;
  const findAlone = kind === 'delete' && form === 'keys' ? aloneFinder(source, place) : () => null;
  const statements = new Map<string, ReturnType<typeof prepare>>();
  return (range, set) => {
    const alone = findAlone(range);
    if (alone !== null) return alone;
    const { select, compared } = statements.get(set.join()) ?? prepare(source, { kind, form, place, set });
    statements.set(set.join(), { select, compared });
    const row = select.get(...range) as [bigint, bigint, bigint, string, ...bigint[]];
    const [count, first, last, text, ...differ] = row;
    const others = compared.filter((_, i) => differ[i] === 1n);
    return { count: Number(count), first, last, text, others, isAlone: false };
  };
}

/** Looks whether the first rows of a range that are deleted are all that the older table has between them. */
function aloneFinder(
  { db, table, columns, older, from }: Source,
  place: string,
): (range: RowidRange) => Rendered | null {
  const isWithin = `${place} BETWEEN ? AND ?`;
  const deleted = db
    .prepare(
      `SELECT count(*), min(k), max(k) FROM
        (SELECT ${place} AS k ${from('delete', []) ?? ''} AND ${isWithin} ORDER BY k LIMIT ${pieceLimit(columns)})`,
    )
    .raw()
    .safeIntegers();
  const all = db
    .prepare(`SELECT count(*) FROM ${older}.${quoteName(table.name)} o WHERE ${isWithin}`)
    .pluck()
    .safeIntegers();
  return (range) => {
    const [count, first, last] = deleted.get(...range) as [bigint, bigint, bigint];
    if (count === 0n || all.get(first, last) !== count) return null;
    return { count: Number(count), first, last, text: '', others: [], isAlone: true };
  };
}

/** Rows of a piece, at most. */
export function pieceLimit(columns: readonly string[]): number {
  return Math.min(PIECE.rows, Math.floor(PIECE.values / columns.length));
}

interface Piece {
  readonly kind: ChangeKind;
  readonly form: RowForm;
  readonly place: string;
  readonly set: readonly number[];
}

/** The statement that reads a piece, and the columns for which it tells whether some row changes them. */
function prepare(
  { db, table, columns, from }: Source,
  { kind, form, place, set }: Piece,
): { readonly select: Statement; readonly compared: readonly number[] } {
  const names = columns.map(quoteName);
  const all = columns.map((_, i) => i);
  const old = kind === 'insert' ? [] : names.map((name, i) => `o.${name} AS o${i}`);
  const now = kind === 'delete' ? [] : names.map((name, i) => `n.${name} AS n${i}`);
  const isFixed = (i: number): boolean => set.includes(i) || keyColumns(table).includes(columns[i] ?? '');
  // Comparing takes longest of all, so it is only done where it tells something.
  const compared = kind === 'update' && form === 'keys' ? all.filter((i) => !isFixed(i)) : [];
  const flags = (form === 'report' ? set : compared).map((i) => `(${differ(names[i] ?? '')}) AS d${i}`);
  const sql = `SELECT count(*), min(k), max(k), group_concat(${rowText(form, kind, { table, columns, set })}, ','||char(10))
    ${compared.map((i) => `, max(d${i})`).join('')}
    FROM (SELECT ${place} AS k, ${[...old, ...now, ...flags].join(',')} ${from(kind, set) ?? ''} AND ${place} BETWEEN ? AND ?
          ORDER BY ${place} LIMIT ${pieceLimit(columns)})`;
  return { select: db.prepare(sql).raw().safeIntegers(), compared };
}
