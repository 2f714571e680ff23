import type { Database } from '../../sqlite/files/sqlite';
import { declaredKey, keyColumns, rowColumns, type Table } from '../../sqlite/schema/schema';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import { conflictOf, rowObject, type Conflict } from '../conflict';
import type { ConflictPolicy, Resolution } from '../policy';
import type { Misfits } from './carry-into';
import type { Misfit } from './fill-table';
import type { MergedTable } from './merged-schema';
import {
  columnTerm,
  differs,
  keyTermsIn,
  keyTermsOf,
  matchColumnsOf,
  placedSql,
  type Placed,
} from './row-keys';
import type { Side, Three } from './three';

/** A conflict about a row that a merged definition does not take, and its resolution. */
export interface MisfitConflict {
  readonly conflict: Conflict;
  /** A row to remove from a merged copy, for the policy's side to win; null if there is none. */
  readonly removal: Removal | null;
}

/** A row of a merged copy, by columns of the merged table. */
export interface Removal {
  readonly side: Side;
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: readonly SqlValue[];
}

/** The input of {@link findMisfitConflicts}. */
export interface MisfitSearch {
  /** A connection with the three databases attached as `base`, `ours` and `theirs`. */
  readonly db: Database;
  readonly encoding: Encoding;
  readonly tables: readonly MergedTable[];
  readonly shapes: ReadonlyMap<string, Table>;
  readonly misfits: Three<Misfits>;
  readonly onConflict: ConflictPolicy['onConflict'];
}

/**
 * Finds the conflicts among rows that do not fit. A row unchanged by its side is no conflict: the other side changed
 * the definition, and has a fitting row, or none.
 */
export function findMisfitConflicts(search: MisfitSearch): MisfitConflict[] {
  return search.tables.flatMap((table) => {
    const of = (side: Side): readonly Misfit[] => search.misfits[side].get(table.name) ?? [];
    return [
      ...of('ours').flatMap((misfit) => ofOneSide(search, { table, side: 'ours', misfit })),
      ...of('theirs').flatMap((misfit) => ofOneSide(search, { table, side: 'theirs', misfit })),
      ...of('base').flatMap((misfit) => ofBase(search, { table, misfit })),
    ];
  });
}

type RowState = 'absent' | 'same' | 'changed';

function ofOneSide(
  search: MisfitSearch,
  { table, side, misfit }: { table: MergedTable; side: 'ours' | 'theirs'; misfit: Misfit },
): MisfitConflict[] {
  if (stateOf(search, table, { from: side, to: 'base', key: misfit.key }) === 'same') return [];
  const row = readRow(search, table, side, misfit.key);
  const common = {
    table: table.name,
    key: row && keyOf(table, side, row),
    columns: columnsIn(misfit.reason),
  };
  if (side === 'theirs') {
    const message = `A row on the remote does not fit your definition of this table: ${misfit.reason}.`;
    return [{ conflict: conflictOf({ ...common, kind: 'schema', remote: row, message }), removal: null }];
  }
  const message = `Your row does not fit the definition of this table on the remote: ${misfit.reason}.`;
  const isKept = search.onConflict === 'keep' && row !== null;
  const conflict = conflictOf({
    ...common,
    kind: 'check',
    local: row,
    message,
    resolution: isKept ? 'kept' : null,
  });
  return [
    {
      conflict,
      removal: isKept ? removalOf(search, table, { from: side, at: 'base', key: misfit.key }) : null,
    },
  ];
}

function ofBase(
  search: MisfitSearch,
  { table, misfit }: { table: MergedTable; misfit: Misfit },
): MisfitConflict[] {
  const { key } = misfit;
  const [ours, theirs] = (['ours', 'theirs'] as const).map((to) =>
    stateOf(search, table, { from: 'base', to, key }),
  );
  const kind =
    ours === 'absent' && theirs === 'changed'
      ? 'delete/update'
      : ours === 'changed' && theirs === 'absent'
        ? 'update/delete'
        : null;
  if (kind === null) return [];
  const { onConflict } = search;
  const resolution: Resolution | null =
    onConflict === 'fail' ? null : onConflict === 'write' ? 'overwritten' : 'kept';
  const old = readRow(search, table, 'base', key);
  const message =
    kind === 'delete/update'
      ? 'You deleted this row, and it was changed on the remote.'
      : 'You changed this row, and it was deleted on the remote.';
  const conflict = conflictOf({
    kind,
    table: table.name,
    key: old && keyOf(table, 'base', old),
    old,
    message,
    resolution,
  });
  const loser =
    kind === 'delete/update' && resolution === 'overwritten'
      ? 'theirs'
      : kind === 'update/delete' && resolution === 'kept'
        ? 'ours'
        : null;
  return [
    { conflict, removal: loser === null ? null : removalOf(search, table, { from: 'base', at: loser, key }) },
  ];
}

function placed({ from }: MergedTable, side: Side, alias: string): Placed | null {
  const source = from[side];
  return source === null ? null : { ...source, place: side, alias };
}

function whereKey({ table }: Placed, alias: string): string {
  return keyColumns(table)
    .map((name) => `${alias}.${quoteName(name)} IS ?`)
    .join(' AND ');
}

/** Returns the fate of a row between two of the three databases. */
function stateOf(
  { db }: MisfitSearch,
  table: MergedTable,
  { from, to, key }: { from: Side; to: Side; key: readonly SqlValue[] },
): RowState {
  const [a, b] = [placed(table, from, 'a'), placed(table, to, 'b')];
  const { base } = table.from;
  if (a === null || b === null || base === null) return 'absent';
  const match = keyTermsOf(base, a, b);
  const there = keyTermsIn(base, b)?.[0];
  if (match === null || there === undefined || key.length === 0) return 'changed';
  const changed = [...a.columns.keys()].flatMap((name) => {
    const [x, y] = [columnTerm(a, name), columnTerm(b, name)];
    return x === null || y === null ? [] : [differs(x, y)];
  });
  const state = `CASE WHEN ${there} IS NULL THEN 'absent' WHEN ${changed.join(' OR ') || 'false'} THEN 'changed' ELSE 'same' END`;
  const sql = `SELECT ${state} FROM ${placedSql(a)} LEFT JOIN ${placedSql(b)} ON ${match} WHERE ${whereKey(a, 'a')}`;
  return (db
    .prepare(sql)
    .pluck()
    .get(...key) ?? 'changed') as RowState;
}

function readRow(
  { db, encoding }: MisfitSearch,
  table: MergedTable,
  side: Side,
  key: readonly SqlValue[],
): Conflict['local'] {
  const at = placed(table, side, 'a');
  if (at === null || key.length === 0) return null;
  const columns = rowColumns(at.table);
  const list = exactProjection(columns.map(quoteName));
  const row = db
    .prepare(`SELECT ${list} FROM ${placedSql(at)} WHERE ${whereKey(at, 'a')}`)
    .raw()
    .safeIntegers()
    .get(...key) as SqlValue[] | undefined;
  return row === undefined ? null : rowObject(columns, exactRow(row, encoding));
}

/** Returns the values that people know a row by. */
function keyOf(table: MergedTable, side: Side, row: NonNullable<Conflict['key']>): Conflict['key'] {
  const at = table.from[side]?.table;
  if (at === undefined) return null;
  const declared = declaredKey(at);
  const names = declared.length > 0 ? declared : keyColumns(at);
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

// "NOT NULL constraint failed: t.a, t.b"
function columnsIn(reason: string): string[] {
  const [, list = ''] = /^(?:NOT NULL|UNIQUE) constraint failed: ([^]*)$/.exec(reason) ?? [];
  return list === '' || list.startsWith('index ')
    ? []
    : list.split(', ').map((name) => name.slice(name.indexOf('.') + 1));
}

/** Returns the address of a row in a merged copy. */
function removalOf(
  { db, shapes }: MisfitSearch,
  table: MergedTable,
  { from, at, key }: { from: Side; at: Side; key: readonly SqlValue[] },
): Removal | null {
  const { base } = table.from;
  const source = placed(table, from, 'a');
  const shape = shapes.get(table.name);
  if (base === null || source === null || shape === undefined) return null;
  const columns = new Map(shape.columns.map((c) => [c.name.toLowerCase(), c.name]));
  const terms = keyTermsIn(base, source);
  const match = matchColumnsOf(base);
  const names =
    match === 'rowid' ? [shape.rowidAlias ?? shape.rowid] : match.map((name) => columns.get(name));
  if (terms === null || names.some((name) => name === undefined || name === null)) return null;
  const values = db
    .prepare(`SELECT ${terms.join(', ')} FROM ${placedSql(source)} WHERE ${whereKey(source, 'a')}`)
    .raw()
    .safeIntegers()
    .get(...key) as SqlValue[] | undefined;
  return values === undefined ? null : { side: at, table: table.name, columns: names as string[], values };
}
