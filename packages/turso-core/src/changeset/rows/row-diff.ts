import type { Database } from '../../sqlite/files/sqlite';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns, rowColumns, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { AFTER, BEFORE } from '../attached';
import { CHANGE_KINDS, type ChangeKind, type RowChange, type TableChanges } from '../model';
import { EVERYWHERE, type RowidRange } from '../pages/changed-ranges';
import { bulkRows } from './bulk-rows';
import { isWithin, rowidSpan } from './key-span';
import { keptMemory } from './kept-memory';
import type { PieceFile } from './piece-file';
import { knownRows } from './known-rows';
import { changedFrom, sideOf, type Compared, type Presence } from './row-queries';
import { rowReader, type RowReader } from './row-reader';

/**
 * The most columns of a row that can be compared. A pair of rows is one result of a query, and SQLite allows 2,000
 * columns in one.
 */
export const MAX_COLUMNS = 999;

/** The most ranges with pieces of their own when many rows are rendered at once. */
const FEW_RANGES = 20;

/** The place to search for changed rows. */
export interface Place {
  /** The name under which the older rows are attached. */
  readonly older?: string;
  /** The rowids to search, in ascending order. Default is all. */
  readonly ranges?: readonly RowidRange[];
  /** See {@link Compared.except}. */
  readonly except?: string | undefined;
  /** Takes rendered rows too large for memory. */
  readonly spill?: PieceFile | undefined;
}

/**
 * Finds the changed rows of one table, in SQLite itself. It pairs rows by the bytes of their key, and compares them by
 * storage class and bytes. A table on only one side counts as empty on the other.
 */
export function diffRows(
  db: Database,
  table: Table,
  presence: Presence,
  encoding: Encoding,
  { older = BEFORE, ranges = EVERYWHERE, except, spill }: Place = {},
): TableChanges {
  const columns = rowColumns(table);
  const key = keyColumns(table).map((name) => columns.indexOf(name));
  const reader = rowReader(db, table, columns, encoding);
  const compared: Compared = { table, presence, columns, older, except };
  const places = changedFrom(compared);
  // Query range by range, unless rows may differ everywhere.
  const within = ranges === EVERYWHERE ? [[]] : ranges.map((range) => [...range]);
  const inRange = (kind: ChangeKind): string =>
    ranges === EVERYWHERE ? '' : `AND ${rowidOf(table, kind)} BETWEEN ? AND ?`;
  const read = function* (
    kind: ChangeKind,
    condition: string,
    args: readonly SqlValue[],
  ): Generator<RowChange> {
    const from = places[kind];
    if (from === null) return;
    const sides = kind === 'update' ? ['o.', 'n.'] : [`${sideOf(kind)}.`];
    const order = keyTerms(table, `${sideOf(kind)}.`).join(',');
    const sql = `SELECT ${sides.map(reader.list).join(',')} ${from} ${condition} ORDER BY ${order}`;
    const rows = db
      .prepare(sql)
      .raw()
      .safeIntegers()
      .iterate(...args) as IterableIterator<SqlValue[]>;
    for (const row of rows) yield toChange(kind, row, reader, older);
  };
  // If the counts match after the deletes, no row was inserted, so no search is necessary.
  const hasInserts = (): boolean => {
    if (presence !== 'both' || except !== undefined || within.length > FEW_RANGES || isMany('delete'))
      return true;
    const countAll = (kind: 'delete' | 'insert', from: string): number => {
      const select = db.prepare(`SELECT count(*) FROM ${from} WHERE true ${inRange(kind)}`).pluck();
      return sumOf(within, (args) => select.get(...args) as number);
    };
    const name = quoteName(table.name);
    return (
      countAll('delete', `${older}.${name} o`) - count('delete') !== countAll('insert', `main.${name} n`)
    );
  };
  const { isMany, rows, count } = knownRows({
    memory: keptMemory(db),
    *search(kind) {
      if (kind === 'insert' && !hasInserts()) return;
      for (const args of within) yield* read(kind, inRange(kind), args);
    },
    count(kind) {
      // Rendering compares the rows already, so they need no second comparison.
      const pieces = kind === 'update' ? bulk(kind, 'keys') : null;
      if (pieces !== null) return sumOf(pieces, (piece) => piece.count);
      const select = db.prepare(`SELECT count(*) ${places[kind] ?? 'WHERE false'} ${inRange(kind)}`).pluck();
      return sumOf(within, (args) => select.get(...args) as number);
    },
  });
  // Other places have rows that are in neither file.
  const isInFiles = older === BEFORE && except === undefined;
  const bulk = bulkRows({
    db,
    table,
    columns,
    encoding,
    ...{ older, spill },
    spans: ranges === EVERYWHERE || ranges.length > FEW_RANGES ? [null] : ranges.map(rowidSpan),
    isMany,
    from: (kind, first) => changedFrom({ ...compared, columns: firstOf(columns, first) })[kind],
    inFiles: isInFiles ? changedFrom({ ...compared, newer: AFTER }) : null,
    rows: (kind, span) => {
      const { sql, args } = isWithin(table, `${sideOf(kind)}.`, span);
      return { [Symbol.iterator]: () => read(kind, `AND ${sql}`, args) };
    },
  });
  return { table, columns, key, beforeSchema: presence === 'before', rows, count, bulk };
}

function sumOf<T>(items: Iterable<T>, value: (item: T) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
}

// If the first pair of values differs, the others need no comparison.
function firstOf(columns: readonly string[], first: readonly number[]): string[] {
  return [...first.map((i) => columns[i] ?? ''), ...columns.filter((_, i) => !first.includes(i))];
}

function rowidOf(table: Table, kind: ChangeKind): string {
  return `${sideOf(kind)}.${quoteName(table.rowidAlias ?? table.rowid ?? '')}`;
}

/** Checks whether there are any changed rows. */
export function hasChanges(changes: TableChanges): boolean {
  return CHANGE_KINDS.some((kind) => changes.count(kind) > 0);
}

function toChange(kind: ChangeKind, row: SqlValue[], reader: RowReader, older: string): RowChange {
  if (kind === 'delete') return { kind, old: reader.read(row, older) };
  if (kind === 'insert') return { kind, new: reader.read(row, 'main') };
  const old = reader.read(row.slice(0, row.length / 2), older);
  const now = reader.read(row.slice(row.length / 2), 'main');
  const changed = old.flatMap((value, i) => (sameValue(value, now[i] as SqlValue) ? [] : [i]));
  return { kind, old, new: now, changed };
}
