import { columnGroups } from '../../sqlite/column-groups';
import type { Database } from '../../sqlite/files/sqlite';
import { rowColumns, type Table } from '../../sqlite/schema/schema';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import { decodeText, type Encoding, type SqlValue } from '../../sqlite/values/values';

/** How to ask for rows, and to understand what comes. */
export interface RowReader {
  /** The select list, with a prefix such as `o.` before each column. */
  readonly list: (prefix: string) => string;
  /** Reads a row of that list from the database attached under that name, exactly. */
  readonly read: (row: SqlValue[], schema: string) => SqlValue[];
}

/**
 * Reads rows exactly although the driver makes strings of all TEXT: what is not valid UTF-8 comes as U+FFFD. So every
 * text that holds one is read again as bytes, by the rowid. Where the key may be such a text itself, and where invalid
 * text is not recognised by anything (UTF-16), all texts are read as bytes from the start.
 */
export function rowReader(
  db: Database,
  table: Table,
  columns: readonly string[],
  encoding: Encoding,
): RowReader {
  if (table.withoutRowid || encoding !== 'UTF-8') {
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

/** Reads single rows of a rowid table by their rowid, however many columns they have. */
export function rowAt(
  db: Database,
  table: Table,
  { encoding, schema }: { readonly encoding: Encoding; readonly schema: string },
): (rowid: bigint) => SqlValue[] {
  const from = `FROM ${schema}.${quoteName(table.name)} WHERE ${quoteName(table.rowidAlias ?? table.rowid ?? '')} = ?`;
  const statements = columnGroups(rowColumns(table)).map((group) =>
    db
      .prepare(`SELECT ${exactProjection(group.map(quoteName))} ${from}`)
      .raw()
      .safeIntegers(),
  );
  return (rowid) => statements.flatMap((statement) => exactRow(statement.get(rowid) as SqlValue[], encoding));
}
