import type { Database } from 'better-sqlite3';
import { joinTerms } from '../local/join-terms';
import { keyTerms } from '../local/key-terms';
import { quoteName } from '../local/quote';
import { keyColumns, rowColumns, type Table } from '../local/schema';
import { sameValue, type Encoding, type SqlValue } from '../local/values';
import { bulkInserts } from './bulk-inserts';
import { CHANGE_KINDS, type ChangeKind, type RowChange, type TableChanges } from './model';
import { remembered } from './remembered';
import { rowReader, type RowReader } from './row-reader';

/** The name under which the older database is attached to the connection that compares. */
export const BEFORE = 'before';

/** Which of the two databases have the table. */
export type Presence = 'both' | 'before' | 'after';

/**
 * Columns of a row, at most, that can be compared: a pair of rows is one result of a query, and SQLite allows 2,000
 * columns in one.
 */
export const MAX_COLUMNS = 999;

/**
 * The changed rows of one table, found by SQLite itself: rows are paired by their key, to the byte, and compared by
 * storage class and bytes. A table that only one side has counts as empty on the other.
 */
export function diffRows(db: Database, table: Table, presence: Presence, encoding: Encoding): TableChanges {
  const columns = rowColumns(table);
  const key = keyColumns(table).map((name) => columns.indexOf(name));
  const reader = rowReader(db, table, columns, encoding);
  const inserted = insertedFrom(table, presence);
  const queries: Queries = {
    ...(presence === 'both' ? pairedQueries(table, columns, reader.list) : {}),
    ...(presence === 'before' ? { delete: allRows(table, reader.list) } : {}),
    insert: `SELECT ${reader.list('n.')} ${inserted} ORDER BY ${keyTerms(table, 'n.').join(',')}`,
  };
  const search = function* (kind: ChangeKind): Generator<RowChange> {
    const sql = queries[kind];
    if (sql === undefined) return;
    const rows = db.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<SqlValue[]>;
    for (const row of rows) yield toChange(kind, row, reader);
  };
  const rows = remembered(search);
  const count = counter(db, rows, inserted);
  const inBulk = bulkInserts({
    db,
    table,
    encoding,
    from: inserted,
    rows: (first, last) => {
      const rowid = `n.${quoteName(table.rowid ?? '')}`;
      const sql = `SELECT ${reader.list('n.')} ${inserted} AND ${rowid} BETWEEN ? AND ? ORDER BY ${rowid}`;
      const found = db.prepare(sql).raw().safeIntegers().all(first, last) as SqlValue[][];
      return found.map((row) => toChange('insert', row, reader));
    },
  });
  return { table, columns, key, rows, count, bulkInserts: (form) => inBulk(count('insert'), form) };
}

/** Whether there are any changed rows. */
export function hasChanges(changes: TableChanges): boolean {
  return CHANGE_KINDS.some((kind) => changes.count(kind) > 0);
}

/** Where the inserted rows are, as `n`, with a condition to add to. */
function insertedFrom(table: Table, presence: Presence): string {
  const [old, now] = [`${BEFORE}.${quoteName(table.name)} o`, `main.${quoteName(table.name)} n`];
  if (presence === 'before') return `FROM ${BEFORE}.${quoteName(table.name)} n WHERE false`;
  if (presence === 'after') return `FROM ${now} WHERE true`;
  const key = quoteName(keyColumns(table)[0] ?? '');
  return `FROM ${now} LEFT JOIN ${old} ON ${joinTerms(samePlace(table), 'AND')} WHERE o.${key} IS NULL`;
}

// Inserted rows are counted by SQLite, since there may be many that are never read one by one.
function counter(db: Database, rows: TableChanges['rows'], inserted: string): TableChanges['count'] {
  const known = new Map<ChangeKind, number>();
  return (kind) => {
    let count = known.get(kind);
    if (count !== undefined) return count;
    count = 0;
    if (kind === 'insert') count = db.prepare(`SELECT count(*) ${inserted}`).pluck().get() as number;
    else for (const _ of rows(kind)) count++;
    known.set(kind, count);
    return count;
  };
}

function toChange(kind: ChangeKind, row: SqlValue[], reader: RowReader): RowChange {
  if (kind === 'delete') return { kind, old: reader.read(row, BEFORE) };
  if (kind === 'insert') return { kind, new: reader.read(row, 'main') };
  const old = reader.read(row.slice(0, row.length / 2), BEFORE);
  const now = reader.read(row.slice(row.length / 2), 'main');
  const changed = old.flatMap((value, i) => (sameValue(value, now[i] as SqlValue) ? [] : [i]));
  return { kind, old, new: now, changed };
}

type Queries = Partial<Record<ChangeKind, string>>;

function allRows(table: Table, list: RowReader['list']): string {
  return `SELECT ${list('')} FROM ${BEFORE}.${quoteName(table.name)} ORDER BY ${keyTerms(table).join(',')}`;
}

function pairedQueries(table: Table, columns: readonly string[], list: RowReader['list']): Queries {
  const [old, now] = [`${BEFORE}.${quoteName(table.name)} o`, `main.${quoteName(table.name)} n`];
  const key = keyColumns(table).map(quoteName);
  const on = joinTerms(samePlace(table), 'AND');
  const order = `ORDER BY ${keyTerms(table, 'o.').join(',')}`;
  const values = columns.map(quoteName).filter((name) => !key.includes(name));
  const differs = joinTerms(
    values.map((name) => `(${differ(`o.${name}`, `n.${name}`)})`),
    'OR',
  );
  return {
    delete: `SELECT ${list('o.')} FROM ${old} LEFT JOIN ${now} ON ${on} WHERE n.${key[0] ?? ''} IS NULL ${order}`,
    update: `SELECT ${list('o.')}, ${list('n.')} FROM ${old} CROSS JOIN ${now} ON ${on}
             WHERE ${differs || 'false'} ${order}`,
  };
}

// To the byte: a key of which only the letter case or the type changes is another key. So a key never changes, and the
// other side's rows can be told by it.
function samePlace(table: Table): string[] {
  const [old, now] = [keyTerms(table, 'o.'), keyTerms(table, 'n.')];
  const equal = old.map((term, i) => `${term} = ${now[i]}`);
  if (!table.withoutRowid) return equal;
  const key = keyColumns(table).map(quoteName);
  return [...equal, ...key.map((name) => `NOT (${differ(`o.${name}`, `n.${name}`)})`)];
}

// Equal to SQLite are also 1 and 1.0, texts that a collation takes for equal, and 0.0 and -0.0, told apart by the angle.
function differ(a: string, b: string): string {
  const zero = `typeof(${b})='real' AND ${b}=0.0 AND atan2(${a},-1) IS NOT atan2(${b},-1)`;
  return `${a} COLLATE BINARY IS NOT ${b} OR typeof(${a})<>typeof(${b}) OR (${zero})`;
}
