import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns, type Table } from '../../sqlite/schema/schema';
import { UNRENDERED } from '../../sqlite/values/json-cells';
import type { Encoding } from '../../sqlite/values/values';
import type { ChangeKind, RowChange, RowForm, RowPiece, TableChanges } from '../model';
import { filePieces } from './file-pieces';
import { mayHandOver } from './handed-over';
import type { KeySpan } from './key-span';
import { isKeyAscending } from './key-order';
import type { PieceFile } from './piece-file';
import { pieceReader, type PieceReader } from './piece-reader';
import { reportRows, tagBlobs } from './report-rows';
import { blobsSize } from './row-blobs';
import { changesUniqueValue } from './unique';

/** The most rows and values in one piece. With values of up to 10,000 bytes, a piece takes at most 200 MB. */
const PIECE = { rows: 2_000, values: 20_000 };

/** The most columns. One call of `concat_ws` easily takes twice as many. */
const MAX_COLUMNS = 250;

/** Characters of pieces to keep in memory. The push, `diff.sql` and the report all use them. */
const KEPT = 8_000_000;

/** The input of {@link bulkRows}. */
export interface BulkSource {
  readonly db: Database;
  readonly table: Table;
  /** All columns of a row. */
  readonly columns: readonly string[];
  readonly encoding: Encoding;
  /** The name under which the older rows are attached. */
  readonly older: string;
  /** The spans with the rows, in the order of the key. Null stands for all rows. */
  readonly spans: readonly (KeySpan | null)[];
  /** Whether there are many rows of a kind. */
  readonly isMany: (kind: ChangeKind) => boolean;
  /** Returns the rows of a kind, as in {@link changedFrom}. It compares the columns `first` before the others. */
  readonly from: (kind: ChangeKind, first: readonly number[]) => string | null;
  /** The same for the form `files`, without an order of columns. Null if the rows are not in the two files. */
  readonly inFiles: Readonly<Record<ChangeKind, string | null>> | null;
  /** Takes pieces too large to keep in memory. By default they are rendered again at each use. */
  readonly spill?: PieceFile | undefined;
  /** Returns the rows of a kind within a span. They are read one by one at each use. */
  readonly rows: (kind: ChangeKind, span: KeySpan) => Iterable<RowChange>;
}

/** The source of pieces. */
export interface PieceSource extends BulkSource {
  /** Indexes of the columns with known or likely BLOBs. */
  readonly blobs: Set<number>;
}

/** A piece, and the span of its rows. */
export type Found = RowPiece & { readonly span: KeySpan };

/**
 * Lets SQLite itself render changed rows as JSON, many at once. To read 50,000 rows one by one takes longer than a
 * server needs to write them. A piece with a value that JSON cannot hold exactly is given row by row.
 */
export function bulkRows(compared: BulkSource): TableChanges['bulk'] {
  const { db, table, columns, encoding } = compared;
  if (encoding !== 'UTF-8' || columns.length > MAX_COLUMNS || keyColumns(table).length === 0)
    return () => null;
  if (!isKeyAscending(db, table)) return () => null;
  const source = { ...compared, blobs: new Set(columnsOfBlobs(table, columns)) };
  const kept = new Map<string, Found[]>();
  let outline: readonly Found[] | null = null;
  const isReplaced = replacing(source);
  const pieces = (kind: ChangeKind, form: RowForm): Iterable<Found> | null => {
    if (!source.isMany(kind)) return null;
    if (form === 'outline') return (kind === 'update' ? outline : null) ?? pieces(kind, 'keys');
    // The rows and columns that an update changes are found once, with the fewest values.
    const found = kind === 'update' && (form !== 'keys' || outline !== null) ? pieces(kind, 'outline') : null;
    if (form === 'report') {
      // Whole rows are the same in a report as when sent, except for the numbers.
      const sent = kind === 'update' ? undefined : kept.get(nameOf(kind, 'rows'));
      if (sent !== undefined) return reported(sent, reportRows);
      const rendered =
        found === null ? render(source, { kind, form, isReplaced }) : renderAgain(source, form, found);
      return reported(rendered, tagBlobs);
    }
    const name = nameOf(kind, form);
    const rendered = (): Iterable<Found> => {
      if (found !== null) return renderAgain(source, form, found);
      const all = render(source, { kind, form, isReplaced });
      return kind === 'update' ? outlined(all, (bare) => (outline = bare)) : all;
    };
    return kept.get(name) ?? remember(rendered(), source.spill, (all) => kept.set(name, all));
  };
  return (kind, form) => {
    if (form !== 'files') return pieces(kind, form);
    const found = (): Iterable<Found> | null => pieces('update', 'outline');
    return source.isMany(kind) ? filePieces(source, kind, { found, isReplaced }) : null;
  };
}

/** Passes the places and set columns of all pieces to `tell`, once all of them were read. */
function* outlined(pieces: Iterable<Found>, tell: (bare: Found[]) => unknown): Generator<Found> {
  const bare: Found[] = [];
  for (const piece of pieces) {
    bare.push('text' in piece ? { ...piece, text: '', blobs: null } : piece);
    yield piece;
  }
  tell(bare);
}

/** Returns the columns declared to hold BLOBs. */
function columnsOfBlobs(table: Table, columns: readonly string[]): number[] {
  const isBlob = (name: string): boolean =>
    table.columns.some((c) => c.name === name && /BLOB/i.test(c.type));
  return columns.flatMap((name, i) => (isBlob(name) ? [i] : []));
}

/** Inserts are rendered in one way. */
function nameOf(kind: ChangeKind, form: RowForm): string {
  return kind === 'insert' ? kind : kind + form;
}

function* reported(pieces: Iterable<Found>, tag: typeof reportRows): Generator<Found> {
  for (const piece of pieces) {
    if ('text' in piece) {
      // The text may be read from a file each time.
      const { text, blobs, ...rest } = piece;
      yield { ...rest, text: tag(text, blobs), blobs: null };
    } else yield piece;
  }
}

// Pieces too large for memory and for the file are rendered again at each call.
function* remember(
  pieces: Iterable<Found>,
  spill: PieceFile | undefined,
  keep: (all: Found[]) => unknown,
): Generator<Found> {
  let found: Found[] | null = [];
  let size = 0;
  for (const piece of pieces) {
    yield piece;
    if (found === null) continue;
    const isText = 'text' in piece;
    size += isText ? piece.text.length + blobsSize(piece.blobs) : 0;
    const known = size <= KEPT || !isText ? piece : (spill?.keep(piece) ?? null);
    if (known === null) found = null;
    else found.push(known);
  }
  if (found !== null) keep(found);
}

/** Returns a check whether updates of some columns are carried out as deletes and inserts. */
function replacing(source: BulkSource): (set: readonly number[]) => boolean {
  const { columns, from } = source;
  const known = new Map<string, boolean>();
  return (set) => {
    if (!changesUniqueValue(source, set)) return false;
    const names = set.map((i) => columns[i] ?? '');
    const found =
      known.get(names.join()) ?? mayHandOver({ ...source, from: from('update', set) ?? '', set: names });
    known.set(names.join(), found);
    return found;
  };
}

interface Rendering {
  readonly kind: ChangeKind;
  readonly form: RowForm;
  readonly isReplaced: (set: readonly number[]) => boolean;
}

function* render(source: PieceSource, rendering: Rendering): Generator<Found> {
  const read = pieceReader(source, { ...rendering, limit: pieceLimit(source.columns) });
  for (const span of source.spans) yield* renderSpan(source, { ...rendering, read }, span);
}

function* renderSpan(
  source: PieceSource,
  { kind, isReplaced, read }: Rendering & { readonly read: PieceReader },
  all: KeySpan | null,
): Generator<Found> {
  let set: readonly number[] = [];
  for (let rest = all; ;) {
    let piece = read(rest, set);
    if (piece === null) return;
    // Rows usually change the same columns. If some change others, their piece is rendered again with those as well.
    if (piece.others.length > 0) {
      set = [...set, ...piece.others].sort((a, b) => a - b);
      piece = read(rest, set) ?? piece;
    }
    const { count, first, last, text, blobs, isAlone, isLast } = piece;
    const span = { first, holdsFirst: true, last };
    yield isWhole(text) && !isReplaced(set)
      ? { count, text, blobs, set, span, alone: isAlone ? [first, last] : null }
      : { count, set, span, rows: source.rows(kind, span) };
    if (isLast) return;
    rest = { first: last, holdsFirst: false, last: all?.last ?? null };
  }
}

/** Renders the updates of known pieces again in another form. */
function* renderAgain(source: PieceSource, form: RowForm, found: Iterable<Found>): Generator<Found> {
  const read = pieceReader(source, {
    kind: 'update',
    form,
    limit: pieceLimit(source.columns),
    isFound: true,
  });
  for (const piece of found) {
    if ('rows' in piece) {
      yield piece;
      continue;
    }
    for (let rest = piece.span; ;) {
      const part = read(rest, piece.set);
      if (part === null) break;
      const { count, text, blobs, first, last, isLast } = part;
      const span = { first, holdsFirst: true, last };
      yield isWhole(text)
        ? { ...piece, count, text, blobs, span }
        : { count, set: piece.set, span, rows: source.rows('update', span) };
      if (isLast) break;
      rest = { first: last, holdsFirst: false, last: piece.span.last };
    }
  }
}

function isWhole(text: string): boolean {
  return !text.includes(UNRENDERED) && !text.includes('\uFFFD');
}

/** Returns the most rows of a piece. */
export function pieceLimit(columns: readonly string[]): number {
  return Math.min(PIECE.rows, Math.floor(PIECE.values / columns.length));
}
