import { isDeepStrictEqual } from 'node:util';
import type { Database } from 'better-sqlite3';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { declaredKey, keyColumns, readSchema, rowColumns, type Table } from '../../src/sqlite/schema/schema';
import { exactProjection, exactRow } from '../../src/sqlite/values/exact-projection';
import { quoteName, quoteValue } from '../../src/sqlite/values/quote';
import type { Encoding, SqlValue } from '../../src/sqlite/values/values';

/** Begins the key of a row that nothing but a hidden rowid tells from others. */
const UNNAMED = 'rowid ';

/** What a table holds: its rows by their key, as text. A hidden rowid tells rows apart, and is no part of them. */
export interface Content {
  readonly rows: ReadonlyMap<string, string>;
}

/** What a base and the two databases that were made from it hold, by table. */
export interface Sides {
  readonly base: ReadonlyMap<string, Content>;
  readonly mine: ReadonlyMap<string, Content>;
  readonly theirs: ReadonlyMap<string, Content>;
}

/** Reads what a database file holds. */
export function readContent(file: string): Map<string, Content> {
  return using(openReadOnly(file), (db) => {
    const { tables, encoding } = readSchema(db);
    return new Map([...tables.values()].map((table) => [table.name, readTable(db, table, encoding)]));
  });
}

function readTable(db: Database, table: Table, encoding: Encoding): Content {
  const columns = rowColumns(table);
  const places = (names: readonly string[]): number[] => names.map((column) => columns.indexOf(column));
  const [key, declared] = [places(keyColumns(table)), places(declaredKey(table))];
  const isHidden = !table.withoutRowid && table.rowidAlias === null;
  const nameOf = (row: readonly SqlValue[]): string => {
    const values = (of: readonly number[]): string => asText(of.map((i) => row[i] as SqlValue));
    if (!isHidden) return values(key);
    const isNamed = declared.length > 0 && declared.every((i) => row[i] !== null);
    return isNamed ? values(declared) : UNNAMED + values(key);
  };
  const list = exactProjection(columns.map(quoteName));
  const raw = db
    .prepare(`SELECT ${list} FROM ${quoteName(table.name)}`)
    .raw()
    .safeIntegers()
    .all();
  const rows = (raw as SqlValue[][]).map((cells) => exactRow(cells, encoding));
  const entries = rows.map((row): [string, string] => [nameOf(row), asText(isHidden ? row.slice(1) : row)]);
  return { rows: new Map(entries) };
}

function asText(row: readonly SqlValue[]): string {
  return row.map(quoteValue).join();
}

/** What has to be there in the end, as {@link contentOf} has it. */
export function merge(sides: Sides): unknown {
  const { base, mine, theirs } = sides;
  const merged = tablesOf(sides).flatMap((table): [string, unknown][] => {
    const [before, local, remote] = [base.get(table), mine.get(table), theirs.get(table)];
    const isDropped = before !== undefined && (local === undefined || remote === undefined);
    if (isDropped) return [];
    const rows = { before: rowsOf(before), local: rowsOf(local), remote: rowsOf(remote) };
    return [[table, mergeRows(rows)]];
  });
  return new Map(merged);
}

function tablesOf({ base, mine, theirs }: Sides): string[] {
  return [...new Set([...base.keys(), ...mine.keys(), ...theirs.keys()])];
}

type Rows = ReadonlyMap<string, string>;

function rowsOf(content: Content | undefined): Rows {
  return content?.rows ?? new Map();
}

function mergeRows({
  before,
  local,
  remote,
}: Readonly<Record<'before' | 'local' | 'remote', Rows>>): unknown {
  const keys = new Set([...before.keys(), ...local.keys(), ...remote.keys()]);
  const rows = [...keys].flatMap((key) => {
    const [old, ours, theirs] = [before.get(key), local.get(key), remote.get(key)];
    if (
      key.startsWith(UNNAMED) &&
      old === undefined &&
      ours !== undefined &&
      theirs !== undefined &&
      ours !== theirs
    )
      return [ours, theirs];
    return ours === old ? [theirs] : [ours];
  });
  return rows.filter((row) => row !== undefined).sort();
}

/** What a database holds, without the rowids that nobody chose. */
export function contentOf(sides: ReadonlyMap<string, Content>): unknown {
  return new Map([...sides].map(([table, { rows }]) => [table, [...rows.values()].sort()]));
}

/** Whether both sides did something to the same table. */
export function overlaps(sides: Sides): boolean {
  return tablesOf(sides).some((table) => {
    const before = sides.base.get(table);
    const moved = (side: ReadonlyMap<string, Content>): boolean =>
      !isDeepStrictEqual(side.get(table), before);
    return moved(sides.mine) && moved(sides.theirs);
  });
}
