import { columnGroups } from '../../sqlite/column-groups';
import type { Database } from '../../sqlite/files/sqlite';
import { rowColumns, type Table } from '../../sqlite/schema/schema';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import { decodeText, type Encoding, type SqlValue } from '../../sqlite/values/values';

/** The way to query rows, and to read the results. */
export interface RowReader {
  /** Returns the select list, with a prefix such as `o.` before each column. */
  readonly list: (prefix: string) => string;
  /** Reads a row of that list exactly, from the database attached under the name `schema`. */
  readonly read: (row: SqlValue[], schema: string) => SqlValue[];
}

/**
 * Reads rows exactly, although the driver makes strings of all TEXT. Invalid UTF-8 comes as U+FFFD, so every text with
 * one is read again as bytes, by the rowid. If the key itself may be such a text, all texts are read as bytes from the
 * start. The same holds for UTF-16, in which nothing shows an invalid text.
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

/** Reads single rows of a rowid table by their rowid, with any number of columns. */
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
