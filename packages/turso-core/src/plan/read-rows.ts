import { columnGroups } from '../sqlite/column-groups';
import type { Statement } from 'better-sqlite3';
import type { Database } from '../sqlite/files/sqlite';
import { readLines } from '../sqlite/files/read-lines';
import { keyTerms } from '../sqlite/schema/key-terms';
import type { Table } from '../sqlite/schema/schema';
import { bindValues } from '../sqlite/values/bind';
import { exactProjection, exactRow } from '../sqlite/values/exact-projection';
import { quoteName } from '../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../sqlite/values/values';
import type { ChangeKind, RowChange, TableChanges } from '../changeset/model';
import { parseRow, unreadable, type TableEntry } from './plan-file';
import { isJsonValue, sqlValue } from '../sqlite/values/json-value';

/** One table's rows in a plan's file. */
export interface TableFile {
  readonly file: string;
  readonly entry: TableEntry;
  readonly table: Table;
  readonly key: readonly number[];
  /** The database that updates are completed from, where the file has only what changes of a row. */
  readonly db: Database;
  readonly isInverse: boolean;
}

const INVERSE = { delete: 'insert', update: 'update', insert: 'delete' } as const;

/** The changed rows of a table. They are read from the file as they are asked for. */
export function readTableChanges(source: TableFile): TableChanges {
  const { file, entry, table, key, isInverse } = source;
  const written = (kind: ChangeKind): ChangeKind => (isInverse ? INVERSE[kind] : kind);
  return {
    table,
    columns: entry.columns,
    key,
    beforeSchema: entry.beforeSchema,
    // It is the database to which they are applied.
    countBefore: (_rows, there) => there,
    count: (kind) => countRows(file, entry, written(kind)),
    bulk: () => null,
    *rows(kind) {
      const toChange = changeReader(source, kind);
      for (const row of rowsOf(file, entry, written(kind))) yield toChange(row);
    },
  };
}

/** How many rows of one kind a file has; one line may stand for several. */
export function countRows(file: string, entry: TableEntry, kind: ChangeKind): number {
  const count = entry.kinds.get(kind)?.count ?? 0;
  if (entry.key.length > 0 || count === 0) return count;
  let rows = 0;
  for (const written of rowsOf(file, entry, kind)) {
    const [from, to] = copiesOf(file, written);
    rows += Math.abs(to - from);
  }
  return rows;
}

function* rowsOf(file: string, entry: TableEntry, kind: ChangeKind): Generator {
  const place = entry.kinds.get(kind);
  let left = place?.count ?? 0;
  if (place === undefined || left === 0) return;
  for (const { line } of readLines(file, place.offset)) {
    yield parseRow(file, line);
    if (--left === 0) return;
  }
}

function copiesOf(file: string, written: unknown): readonly [number, number] {
  const copies = (written as { copies?: unknown } | null)?.copies;
  const isPair =
    Array.isArray(copies) && copies.length === 2 && copies.every((n) => Number.isInteger(n) && n >= 0);
  if (!isPair) throw unreadable(file, `this does not count rows: ${JSON.stringify(written).slice(0, 60)}`);
  return copies as [number, number];
}

function changeReader(source: TableFile, kind: ChangeKind): (written: unknown) => RowChange {
  const { file, entry, key, isInverse } = source;
  const { columns } = entry;
  const read = rowFinder(source);
  const flaw = (written: unknown): Error =>
    unreadable(file, `this is not a row of "${entry.table}": ${JSON.stringify(written).slice(0, 60)}`);
  const values = (written: unknown, list: unknown, count: number): SqlValue[] => {
    if (!Array.isArray(list) || list.length !== count || !list.every(isJsonValue)) throw flaw(written);
    return list.map(sqlValue);
  };
  if (kind !== 'update') {
    return (written) => {
      const isCounted = key.length === 0;
      const [from, to] = isCounted ? copiesOf(file, written) : [0, 0];
      const copies = isCounted ? { copies: isInverse ? { from: to, to: from } : { from, to } } : {};
      const row = values(written, isCounted ? (written as { row: unknown }).row : written, columns.length);
      return kind === 'delete' ? { kind, old: row, ...copies } : { kind, new: row, ...copies };
    };
  }
  return (written) => {
    const update = (written ?? {}) as { key?: unknown; set?: unknown; row?: unknown };
    const keyValues = values(written, update.key, key.length);
    const { set } = update;
    if (typeof set !== 'object' || set === null) throw flaw(written);
    const whole = update.row === undefined ? null : values(written, update.row, columns.length);
    // An update may change the key: of one that is taken back, the row has the new one.
    const keyHere = keyValues.map((value, i) => {
      const pair = (set as Record<string, unknown>)[columns[key[i] ?? -1] ?? ''];
      return isInverse && pair !== undefined ? (values(written, pair, 2)[1] as SqlValue) : value;
    });
    const row = whole ?? read(keyHere);
    const expected = whole === null ? keyHere : keyValues;
    if (key.some((place, i) => !sameValue(row[place] as SqlValue, expected[i] as SqlValue)))
      throw flaw(written);
    const [old, now] = [[...row], [...row]];
    const changed = Object.entries(set).map(([column, pair]) => {
      const place = columns.indexOf(column);
      const [from, to] = values(written, pair, 2) as [SqlValue, SqlValue];
      if (place < 0 || (whole !== null && !sameValue(whole[place] as SqlValue, from))) throw flaw(written);
      old[place] = isInverse ? to : from;
      now[place] = isInverse ? from : to;
      return place;
    });
    if (changed.length === 0) throw flaw(written);
    return { kind, old, new: now, changed };
  };
}

/** Reads the row of a key, or one of nothing but the key where there is none. */
function rowFinder({ table, entry, key, db }: TableFile): (key: readonly SqlValue[]) => SqlValue[] {
  const { columns } = entry;
  const encoding = db.pragma('encoding', { simple: true }) as Encoding;
  const selects = columnGroups(columns).map(
    (group) =>
      `SELECT ${exactProjection(group.map((c) => `t.${quoteName(c)}`))} FROM main.${quoteName(table.name)} t`,
  );
  const terms = keyTerms(table, 't.');
  const known = new Map<string, Statement<SqlValue[]>[]>();
  return (values) => {
    const { expressions, args } = bindValues(values);
    const where = terms.map((term, i) => `${term} = ${expressions[i]}`).join(' AND ');
    const statements =
      known.get(where) ??
      selects.map((select) => db.prepare<SqlValue[]>(`${select} WHERE ${where}`).raw().safeIntegers());
    // Values that cannot be bound make statements of their own.
    if (known.size < 10) known.set(where, statements);
    const found = statements.map((statement) => statement.get(...args) as SqlValue[] | undefined);
    if (found[0] !== undefined) return found.flatMap((row) => exactRow(row ?? [], encoding));
    const none: SqlValue[] = columns.map(() => null);
    key.forEach((place, i) => (none[place] = values[i] ?? null));
    return none;
  };
}
