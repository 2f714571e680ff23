import type { Database } from 'better-sqlite3';
import { exactProjection, exactRow } from '../local/exact-projection';
import { quoteName } from '../local/quote';
import { keyColumns, rowColumns, type Table } from '../local/schema';
import { decodeText, sameValue, type Encoding, type SqlValue } from '../local/values';
import type { ChangeKind, RowChange, TableChanges } from './model';

/** The name under which the older database is attached to the connection that compares. */
export const BEFORE = 'before';

/** Which of the two databases have the table. */
export type Presence = 'both' | 'before' | 'after';

/**
 * The changed rows of one table, found by SQLite itself: rows are paired by their key, and compared by storage class and
 * bytes. A table that only one side has counts as empty on the other.
 */
export function diffRows(db: Database, table: Table, presence: Presence, encoding: Encoding): TableChanges {
  const columns = rowColumns(table);
  const key = keyColumns(table).map((name) => columns.indexOf(name));
  const reader = rowReader(db, table, columns, encoding);
  const queries =
    presence === 'both'
      ? pairedQueries(table, columns, reader.list)
      : singleQueries(table, presence, reader.list);
  return {
    table,
    columns,
    key,
    rows: remembered(function* (kind) {
      const sql = queries[kind];
      if (sql === undefined) return;
      const statement = db.prepare(sql).raw().safeIntegers();
      for (const row of statement.iterate() as IterableIterator<SqlValue[]>)
        yield toChange(kind, row, reader);
    }, MEMORY_LIMIT / columns.length),
  };
}

/** Values of one table's changes that are kept, so that planning and reporting do not search for them again. */
const MEMORY_LIMIT = 2_000_000;

/** Keeps what a search has found, as long as it is not too much; what is more is searched for anew at each call. */
function remembered(search: TableChanges['rows'], limit: number): TableChanges['rows'] {
  const kept = new Map<ChangeKind, RowChange[]>();
  return (kind) => {
    const known = kept.get(kind);
    if (known !== undefined) return known;
    const found: RowChange[] = [];
    for (const change of search(kind)) {
      if (found.length >= limit) return search(kind);
      found.push(change);
    }
    kept.set(kind, found);
    return found;
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

/** Whether a table without an addressable key has other rows, or the same in another order. */
export function differsInScanOrder(db: Database, table: Table): boolean {
  const names = rowColumns(table).map(quoteName).join(',');
  const scan = (schema: string): IterableIterator<SqlValue[]> =>
    db
      .prepare(`SELECT ${names} FROM ${schema}.${quoteName(table.name)} NOT INDEXED`)
      .raw()
      .safeIntegers()
      .iterate() as IterableIterator<SqlValue[]>;
  const [old, now] = [scan(BEFORE), scan('main')];
  try {
    for (;;) {
      const [a, b] = [old.next(), now.next()];
      if (a.done === true || b.done === true) return a.done !== b.done;
      const row = b.value;
      if (a.value.some((value, i) => !sameValue(value, row[i] as SqlValue))) return true;
    }
  } finally {
    old.return?.();
    now.return?.();
  }
}

type Queries = Partial<Record<ChangeKind, string>>;

function singleQueries(table: Table, presence: 'before' | 'after', list: RowReader['list']): Queries {
  const key = keyColumns(table).map(quoteName).join(',');
  const from = (schema: string): string =>
    `SELECT ${list('')} FROM ${schema}.${quoteName(table.name)}${key === '' ? '' : ` ORDER BY ${key}`}`;
  return presence === 'before' ? { delete: from(BEFORE) } : { insert: from('main') };
}

function pairedQueries(table: Table, columns: readonly string[], list: RowReader['list']): Queries {
  const [old, now] = [`${BEFORE}.${quoteName(table.name)} o`, `main.${quoteName(table.name)} n`];
  const key = keyColumns(table).map(quoteName);
  const on = key.map((k) => `o.${k} = n.${k}`).join(' AND ');
  const order = (alias: string): string => `ORDER BY ${key.map((k) => `${alias}.${k}`).join(',')}`;
  const onlyIn = (mine: string, alias: string, theirs: string, other: string): string =>
    `SELECT ${list(`${alias}.`)} FROM ${mine} LEFT JOIN ${theirs} ON ${on}
     WHERE ${other}.${key[0] ?? ''} IS NULL ${order(alias)}`;
  const differs = columns
    .filter((c) => c !== (table.rowidAlias ?? table.rowid))
    .map((c) => differ(`o.${quoteName(c)}`, `n.${quoteName(c)}`))
    .join(' OR ');
  return {
    delete: onlyIn(old, 'o', now, 'n'),
    update: `SELECT ${list('o.')}, ${list('n.')} FROM ${old} CROSS JOIN ${now} ON ${on}
             WHERE ${differs || 'false'} ${order('o')}`,
    insert: onlyIn(now, 'n', old, 'o'),
  };
}

// Equal to SQLite are also 1 and 1.0, texts that a collation takes for equal, and 0.0 and -0.0, told apart by the angle.
function differ(a: string, b: string): string {
  const zero = `typeof(${b})='real' AND ${b}=0.0 AND atan2(${a},-1) IS NOT atan2(${b},-1)`;
  return `${a} COLLATE BINARY IS NOT ${b} OR typeof(${a})<>typeof(${b}) OR (${zero})`;
}

interface RowReader {
  /** The select list, with a prefix such as `o.` before each column. */
  readonly list: (prefix: string) => string;
  /** A row of that list, read from that database, exactly. */
  readonly read: (row: SqlValue[], schema: string) => SqlValue[];
}

/**
 * Reads rows exactly although the driver makes strings of all TEXT: where bytes are not valid in the database's encoding
 * they come as U+FFFD. So every text that holds one is read again as bytes, by the rowid. Where the key may be such a text
 * itself, all texts are read as bytes from the start.
 */
function rowReader(db: Database, table: Table, columns: readonly string[], encoding: Encoding): RowReader {
  if (table.kind === 'without-rowid') {
    return {
      list: (prefix) => exactProjection(columns.map((c) => `${prefix}${quoteName(c)}`)),
      read: (row) => exactRow(row, encoding),
    };
  }
  const rowid = columns.indexOf(table.rowidAlias ?? table.rowid ?? '');
  const reread = (schema: string, column: string, key: SqlValue): SqlValue => {
    const sql = `SELECT CAST(${quoteName(column)} AS BLOB) FROM ${schema}.${quoteName(table.name)}
                 WHERE ${quoteName(columns[rowid] ?? '')} = ?`;
    return decodeText(db.prepare(sql).pluck().get(key) as Uint8Array, encoding);
  };
  return {
    list: (prefix) => columns.map((c) => `${prefix}${quoteName(c)}`).join(','),
    read: (row, schema) => {
      columns.forEach((column, i) => {
        const value = row[i];
        if (typeof value === 'string' && value.includes('\uFFFD'))
          row[i] = reread(schema, column, row[rowid] ?? null);
      });
      return row;
    },
  };
}
