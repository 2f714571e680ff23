import { quoteName } from '../../sqlite/values/quote';
import type { ChangeKind, RowPiece } from '../model';
import type { BulkSource, Found } from './bulk-rows';
import { isWithin, type Condition, type KeySpan } from './key-span';
import { sideOf } from './row-queries';

/**
 * Returns many rows of a kind as queries of the two compared files. Their values never leave SQLite. Null if the rows
 * are not in these files.
 */
export function filePieces(
  source: BulkSource,
  kind: ChangeKind,
  updates: Updates,
): Iterable<RowPiece> | null {
  if (source.inFiles?.[kind] == null) return null;
  if (kind !== 'update') return wholeSpans(source, kind);
  const found = updates.found();
  return found === null ? null : updatesInFiles(source, found, updates);
}

interface Updates {
  /** Returns the outline of the updates. */
  readonly found: () => Iterable<Found> | null;
  /** Checks whether updates of these columns are carried out as deletes and inserts. */
  readonly isReplaced: (set: readonly number[]) => boolean;
}

function* updatesInFiles(
  source: BulkSource,
  found: Iterable<Found>,
  { isReplaced }: Updates,
): Generator<RowPiece> {
  for (const piece of found) {
    const { count, set, span } = piece;
    // JSON may not hold the rows, but SQLite does.
    if (isReplaced(set)) yield piece;
    else yield { ...NO_TEXT, count, set, query: queryOf(source, 'update', { set, span }) };
  }
}

/** Deletes and inserts do the same with every row. */
function* wholeSpans(source: BulkSource, kind: 'delete' | 'insert'): Generator<RowPiece> {
  for (const span of source.spans) {
    const { sql, args } = isWithin(source.table, `${sideOf(kind)}.`, span);
    const count = source.db.prepare(`SELECT count(*) ${source.from(kind, []) ?? ''} AND ${sql}`).pluck();
    const rows = count.get(...args) as number;
    if (rows > 0) yield { ...NO_TEXT, count: rows, set: [], query: queryOf(source, kind, { set: [], span }) };
  }
}

const NO_TEXT = { text: '', blobs: null, alone: null };

function queryOf(
  { table, columns, inFiles }: BulkSource,
  kind: ChangeKind,
  { set, span }: { readonly set: readonly number[]; readonly span: KeySpan | null },
): Condition {
  const within = isWithin(table, `${sideOf(kind)}.`, span);
  const names = columns.map(quoteName);
  const values = [
    ...(kind === 'insert' ? [] : names.map((name) => `o.${name}`)),
    ...(kind === 'insert' ? names : kind === 'update' ? set.map((i) => names[i] ?? '') : []).map(
      (name) => `n.${name}`,
    ),
  ];
  return {
    sql: `SELECT ${values.join()} ${inFiles?.[kind] ?? ''} AND ${within.sql}`,
    args: within.args,
  };
}
