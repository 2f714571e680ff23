import type { Statement } from 'better-sqlite3';
import { notePassed } from '../../passed-bytes';
import type { Database } from '../../sqlite/files/sqlite';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns } from '../../sqlite/schema/schema';
import { BLOB_IN } from '../../sqlite/values/json-cells';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { ChangeKind, RowForm } from '../model';
import type { BulkSource, PieceSource } from './bulk-rows';
import { isWithin, type Condition, type Key, type KeySpan } from './key-span';
import { readEnds, withEnds } from './piece-ends';
import { differ, sideOf } from './row-queries';
import { blobsSize, placeBlobs, rowBlobs, type RowBlobs } from './row-blobs';
import { rowText } from './row-texts';

/** A piece as SQLite renders it. */
export interface Rendered {
  readonly count: number;
  readonly first: Key;
  readonly last: Key;
  readonly text: string;
  readonly blobs: RowBlobs | null;
  /** Columns changed by some row of the piece, besides those rendered as set. */
  readonly others: readonly number[];
  /** Whether the older table is known to have no other rows in between. */
  readonly isAlone: boolean;
  /** Whether the span has no further rows. */
  readonly isLast: boolean;
}

/** The most characters of a piece, and bytes of its BLOBs, for one statement. */
const LONG = { text: 1_000_000, blobs: 2_000_000 };

/** Returns the first rows of a span, or null if there are none. Updates are rendered with the columns in `set`. */
export type PieceReader = (span: KeySpan | null, set: readonly number[]) => Rendered | null;

/** The kind, form and size of the pieces to read. */
interface Pieces {
  readonly kind: ChangeKind;
  readonly form: RowForm;
  /** The most rows of a piece. */
  readonly limit: number;
  /** Whether the columns changed by the rows are already known. Default is false. */
  readonly isFound?: boolean;
}

/** Reads changed rows as JSON, as many at once as fit into one statement. */
export function pieceReader(source: PieceSource, pieces: Pieces): PieceReader {
  const { table, encoding } = source;
  const prepare = preparing(source.db);
  const select = selecting(source, pieces);
  const findAlone =
    pieces.kind === 'delete' && pieces.form === 'keys' ? aloneFinder(source, pieces, prepare) : null;
  let { limit } = pieces;
  return (span, set) => {
    const alone = findAlone?.(span) ?? null;
    if (alone !== null) return alone;
    for (;;) {
      const { sql, args, compared, beside, blobs: columns } = select({ span, set, limit });
      const [count, text, ...rest] = prepare(sql).get(...args) as [bigint, string, ...SqlValue[]];
      if (count === 0n) return null;
      const found = columnsIn(text);
      for (const column of found) source.blobs.add(column);
      if (found.length > 0) continue;
      const blobs = rowBlobs(columns, rest.slice(0, beside) as Uint8Array[]);
      const bytes = blobsSize(blobs);
      notePassed(text.length + bytes);
      const excess = Math.max(text.length / LONG.text, bytes / LONG.blobs);
      if (excess > 1 && count > 1n) {
        limit = Math.max(1, Math.floor((Number(count) / excess) * 0.9));
        continue;
      }
      const others = compared.filter((_, i) => rest[beside + i] === 1n);
      const { first, last } = readEnds(table, rest.slice(beside + compared.length), encoding);
      return {
        ...{ count: Number(count), first, last, others, blobs },
        text: blobs === null ? text : placeBlobs(text, beside),
        isAlone: false,
        isLast: count < limit,
      };
    }
  };
}

/** Returns the columns with BLOBs that a text could not take. */
function columnsIn(text: string): number[] {
  return text.includes(BLOB_IN) ? [...text.matchAll(BLOBS)].map(([, column]) => Number(column)) : [];
}

const BLOBS = new RegExp(`${BLOB_IN}(\\d+)`, 'g');

function preparing(db: Database): (sql: string) => Statement {
  const statements = new Map<string, Statement>();
  return (sql) => {
    const statement = statements.get(sql) ?? db.prepare(sql).raw().safeIntegers();
    statements.set(sql, statement);
    return statement;
  };
}

/** Returns a check whether the first deleted rows of a span are all the rows between them in the older table. */
function aloneFinder(
  { table, older, from, encoding }: BulkSource,
  { limit }: Pieces,
  prepare: (sql: string) => Statement,
): (span: KeySpan | null) => Rendered | null {
  const terms = keyTerms(table, 'o.');
  const keys = keyColumns(table).map((name, i) => `o.${quoteName(name)} AS k${i}`);
  return (span) => {
    const within = isWithin(table, 'o.', span);
    const sql = `SELECT ${keys.join()} ${from('delete', []) ?? ''} AND ${within.sql} ORDER BY ${terms.join()} LIMIT ${limit}`;
    const deleted = prepare(withEnds(table, sql, ['count(*)']));
    const [count, ...ends] = deleted.get(...within.args) as SqlValue[];
    if (count === 0n) return null;
    const { first, last } = readEnds(table, ends, encoding);
    const between = isWithin(table, 'o.', { first, holdsFirst: true, last });
    const all = prepare(`SELECT count(*) FROM ${older}.${quoteName(table.name)} o WHERE ${between.sql}`);
    const [there] = all.get(...between.args) as [bigint];
    return there === count
      ? {
          ...{ count: Number(count), first, last, text: '', blobs: null, others: [] },
          isAlone: true,
          isLast: count < limit,
        }
      : null;
  };
}

interface Wanted {
  readonly span: KeySpan | null;
  readonly set: readonly number[];
  readonly limit: number;
}

interface Selected {
  readonly sql: string;
  /** The columns with a result for whether some row changes them. */
  readonly compared: readonly number[];
  /** The columns of the rendered rows that may hold BLOBs. */
  readonly blobs: readonly number[];
  /** How many results are BLOBs, end to end. */
  readonly beside: number;
}

/**
 * Returns the statement that reads a piece, and its arguments. For a wide table it takes long to write and seldom
 * changes.
 */
function selecting(source: PieceSource, pieces: Pieces): (wanted: Wanted) => Selected & Condition {
  const known = new Map<string, Selected>();
  return ({ span, set, limit }) => {
    const within = isWithin(source.table, `${sideOf(pieces.kind)}.`, span);
    const name = [set.join(), [...source.blobs].join(), limit, within.sql].join(' ');
    const selected =
      known.get(name) ?? selectPiece(source, { ...pieces, limit }, { set, within: within.sql });
    known.set(name, selected);
    return { ...selected, args: within.args };
  };
}

/** Returns the statement that reads a piece. */
function selectPiece(
  { table, columns, from, blobs }: PieceSource,
  { kind, form, limit, isFound = false }: Pieces,
  { set, within }: Pick<Wanted, 'set'> & { readonly within: string },
): Selected {
  const names = columns.map(quoteName);
  const all = columns.map((_, i) => i);
  const side = `${sideOf(kind)}.`;
  const keys = keyColumns(table).map((name, i) => `${side}${quoteName(name)} AS k${i}`);
  const old = kind === 'insert' ? [] : names.map((name, i) => `o.${name} AS o${i}`);
  const now = kind === 'delete' ? [] : names.map((name, i) => `n.${name} AS n${i}`);
  // Equal rowids are identical. Another key may change its letter case or type.
  const isFixed = (i: number): boolean =>
    set.includes(i) || (!table.withoutRowid && keyColumns(table).includes(columns[i] ?? ''));
  // Comparing takes longest of all, so it is done only if the result is new.
  const compared = kind === 'update' && form === 'keys' && !isFound ? all.filter((i) => !isFixed(i)) : [];
  const flags = (form === 'report' ? set : compared).map(
    (i) => `(${differ(table, columns[i] ?? '')}) AS d${i}`,
  );
  const rows = `SELECT ${[...keys, ...old, ...now, ...flags].join(',')} ${from(kind, set) ?? ''} AND ${within}
    ORDER BY ${keyTerms(table, side).join(',')} LIMIT ${limit}`;
  const { text, bytes, ...row } = rowText(form, kind, {
    ...{ table, columns, set },
    blobs: [...blobs].sort((a, b) => a - b),
  });
  const aggregates = [
    'count(*)',
    `group_concat(t, ','||char(10))`,
    ...bytes.map((_, i) => `CAST(group_concat(b${i},'') AS BLOB)`),
    ...compared.map((i) => `max(d${i})`),
  ];
  const kept = [
    ...keys.map((_, i) => `k${i}`),
    `${text} AS t`,
    ...bytes.map((sql, i) => `${sql} AS b${i}`),
    ...compared.map((i) => `d${i}`),
  ];
  return {
    sql: withEnds(table, `SELECT ${kept.join()} FROM (${rows})`, aggregates),
    compared,
    blobs: row.blobs,
    beside: bytes.length,
  };
}
