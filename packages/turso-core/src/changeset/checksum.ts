import { columnGroups } from '../sqlite/column-groups';
import { createHash } from 'node:crypto';
import type { Database } from '../sqlite/files/sqlite';
import { keyTerms } from '../sqlite/schema/key-terms';
import { keyColumns, type Schema, type Table } from '../sqlite/schema/schema';
import { exactProjection } from '../sqlite/values/exact-projection';
import { quoteName } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { findFlaw } from './virtual/virtual-whole';

/** The most rows of one query. A server is silent while it computes, and is given up after a minute of silence. */
export const CHECKSUM_ROWS = 250_000;

/**
 * Returns queries whose digests show whether a table has the same rows in two databases of one encoding. They cover
 * every stored value with its class, ordered by the key. Rows without a key are ordered by their content. Of hidden
 * rowids only the order counts, since nobody chose them. Null if this takes more columns than one query compares.
 *
 * @param rows - the most rows of one query.
 * @param stored - SQL terms of a row. Default is all of its columns that are not computed.
 */
export function tableQueries(
  db: Database,
  table: Table,
  rows = CHECKSUM_ROWS,
  stored = ownColumns(table),
): string[] | null {
  const terms = keyColumns(table).length > 0 ? keyTerms(table) : contentTerms(table, stored);
  if (terms === null) return null;
  const order = `ORDER BY ${terms.join(',')}`;
  // A row of 2,000 columns does not fit into one result. The rows of each query have the same order.
  return columnGroups(stored).flatMap((group) => {
    const select = `SELECT ${exactProjection(group)} FROM main.${quoteName(table.name)}`;
    if (table.rowidAlias === null || table.kind === 'virtual')
      return byPlace(db, table, `${select} ${order}`, rows);
    return ranges(db, table, quoteName(table.rowidAlias), rows).map((range) => `${select} ${range}${order}`);
  });
}

/** Returns the columns of a table that are not computed, as SQL terms. */
export function ownColumns({ columns }: Table): string[] {
  return columns.filter((c) => !c.generated).map((c) => quoteName(c.name));
}

// Queries with some of the columns each could put nearly equal rows in different orders.
function contentTerms(table: Table, stored: readonly string[]): string[] | null {
  const columns = ownColumns(table);
  if (columnGroups(columns).length > 1) return null;
  // `coalesce` orders by bytes, and keeps a number from meaning a column's place.
  return [...new Set([...columns, ...stored])].map((term) => `coalesce(${term},NULL)`);
}

/** Divides a table by ranges of a chosen rowid. Together they cover all possible rowids. */
function ranges(db: Database, { name }: Table, rowid: string, rows: number): string[] {
  const next = db.prepare(
    `SELECT ${rowid} FROM main.${quoteName(name)} WHERE ${rowid} > ? ORDER BY ${rowid} LIMIT 1 OFFSET ${rows - 1}`,
  );
  const ends: bigint[] = [];
  const after = (end: bigint): bigint | undefined =>
    next.pluck().safeIntegers().get(end) as bigint | undefined;
  for (let end = after(-(2n ** 63n)); end !== undefined; end = after(end)) ends.push(end);
  const bounds = [null, ...ends, null];
  return bounds.slice(1).map((to, i) => {
    const from = bounds[i] ?? null;
    const terms = [
      ...(from === null ? [] : [`${rowid}>${from}`]),
      ...(to === null ? [] : [`${rowid}<=${to}`]),
    ];
    return terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')} `;
  });
}

/** Divides a table by the places of rows in their order. The last piece takes all remaining rows. */
function byPlace(db: Database, { name }: Table, query: string, rows: number): string[] {
  const count = Number(
    db
      .prepare(`SELECT count(*) FROM main.${quoteName(name)}`)
      .pluck()
      .get(),
  );
  const pieces = Math.max(1, Math.ceil(count / rows));
  if (pieces === 1) return [query];
  return Array.from(
    { length: pieces },
    (_, i) => `${query} LIMIT ${i === pieces - 1 ? -1 : rows} OFFSET ${i * rows}`,
  );
}

/**
 * Returns the queries of all tables whose digests show whether two databases have the same content. Null if they
 * cannot. Virtual tables with their own content count by that content. Others count by their stored form, which may
 * still differ.
 *
 * @param rows - the most rows of one query.
 */
export function checksumQueries(db: Database, { tables }: Schema, rows = CHECKSUM_ROWS): string[] | null {
  const virtual = [...tables.values()].filter((t) => t.kind === 'virtual');
  const owners = virtual.filter((t) => t.virtual?.content === 'own');
  if (virtual.some((t) => t.virtual?.content === 'unknown') || owners.some((t) => findFlaw(db, t) !== null))
    return null;
  const isAside = ({ name }: Table): boolean =>
    !name.endsWith('_config') && owners.some((t) => t.virtual?.shadows.includes(name));
  const counted = [...tables.values()].filter((t) =>
    t.kind === 'virtual' ? owners.includes(t) : !isAside(t),
  );
  const queries = counted.map((table) => tableQueries(db, table, rows));
  return queries.includes(null) ? null : (queries as string[][]).flat();
}

/**
 * Computes the result of `sha3_query(sql, 256)` on a server, in hex.
 *
 * @see https://github.com/sqlite/sqlite/blob/master/ext/misc/shathree.c
 */
export function sha3Query(db: Database, sql: string): string {
  return sha3Rows(
    sql,
    db.prepare(sql).raw().safeIntegers().iterate() as IterableIterator<readonly SqlValue[]>,
  );
}

/** Computes the same from the rows of a query elsewhere. */
export function sha3Rows(sql: string, rows: Iterable<readonly SqlValue[]>): string {
  const hash = createHash('sha3-256');
  hash.update(`S${Buffer.byteLength(sql)}:${sql}`);
  const number = Buffer.alloc(9);
  for (const row of rows) {
    hash.update('R');
    for (const value of row) {
      if (value === null) hash.update('N');
      else if (typeof value === 'bigint') {
        number[0] = 0x49;
        number.writeBigInt64BE(value, 1);
        hash.update(number);
      } else if (typeof value === 'number') {
        number[0] = 0x46;
        number.writeDoubleBE(value, 1);
        hash.update(number);
      } else {
        const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
        hash.update(`${typeof value === 'string' ? 'T' : 'B'}${bytes.byteLength}:`).update(bytes);
      }
    }
  }
  return hash.digest('hex');
}
