import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { SourceTable } from './merged-schema';
import { columnTerm, differs, keyTermsIn, keyTermsOf, placedSql, type Placed } from './row-keys';

/** A column dropped by one side, and the other side's table with it. */
export interface DroppedColumn {
  readonly base: SourceTable | null;
  readonly edited: SourceTable | null;
  readonly side: 'ours' | 'theirs';
  /** Its merged name, in lower case. */
  readonly column: string;
}

/** The number of rows to name; the others are counted. */
const NAMED = 5;

/** Names the rows in which one side changed the values of a column; null if there are none. */
export function findEdited(db: Database, { base, edited, side, column }: DroppedColumn): string | null {
  if (base === null || edited === null) return null;
  const [b, e]: Placed[] = [
    { ...base, place: 'base', alias: 'b' },
    { ...edited, place: side, alias: 'e' },
  ];
  if (b === undefined || e === undefined) return null;
  const [old, now] = [columnTerm(b, column), columnTerm(e, column)];
  const declared = base.table.columns.find((c) => c.name === base.columns.get(column));
  if (old === null || now === null || declared?.generated !== false) return null;
  const match = keyTermsOf(base, e, b);
  const missing = keyTermsIn(base, b)?.[0];
  if (match === null || missing === undefined) {
    const query = `SELECT ${now} FROM ${placedSql(e)} EXCEPT SELECT ${old} FROM ${placedSql(b)}`;
    return db.prepare(query).get() === undefined ? null : 'in rows that have no key';
  }
  // A new row loses nothing if it has the value that it would get anyway.
  const isNew = `${missing} IS NULL AND ${now} IS NOT NULL AND ${now} IS NOT ${defaultSql(declared.defaultValue)}`;
  const condition = `CASE WHEN ${missing} IS NULL THEN ${isNew} ELSE ${differs(now, old)} END`;
  const from = `FROM ${placedSql(e)} LEFT JOIN ${placedSql(b)} ON ${match} WHERE ${condition}`;
  const count = db.prepare(`SELECT count(*) ${from}`).pluck().get() as number;
  if (count === 0) return null;
  const keys = keyColumns(edited.table);
  const list = keys.map((key) => `quote(e.${quoteName(key)})`).join(', ') || "'?'";
  const rows = db.prepare(`SELECT ${list} ${from} LIMIT ${NAMED}`).raw().all() as string[][];
  const named = rows.map((row) => row.map((value, i) => `${keys[i] ?? 'row'}=${value}`).join(' '));
  return [...named, ...(count > NAMED ? [`and ${count - NAMED} more`] : [])].join(', ');
}

/** Returns a column's DEFAULT as an expression for a query. */
export function defaultSql(text: string | null): string {
  if (text === null) return 'NULL';
  // In a DEFAULT, double-quoted text and single words are strings.
  if (/^"(?:[^"]|"")*"$/.test(text))
    return `'${text.slice(1, -1).replaceAll('""', '"').replaceAll("'", "''")}'`;
  const isWord =
    /^[a-z_]\w*$/i.test(text) && !/^(?:null|true|false|current_(?:date|time|timestamp))$/i.test(text);
  return isWord ? `'${text}'` : `(${text})`;
}
