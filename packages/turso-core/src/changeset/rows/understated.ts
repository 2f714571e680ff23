import type { Database } from '../../sqlite/files/sqlite';
import { hasTable } from '../../sqlite/schema/has-table';
import { quoteName } from '../../sqlite/values/quote';

/** How small the statistics of a database make a table look. */
export type Understated = 'small' | 'tiny';

/** From this many rows on, SQLite searches a table for rows of other tables, and not the other tables for its rows. */
const LARGE = 1_000;

/** Up to this many rows, SQLite may read all rows of a table instead of searching it. */
const TINY = 9;

/**
 * Checks whether a table with many rows has few in `sqlite_stat1`, as after an ANALYZE of the small table. SQLite then
 * reads all its rows again and again. Null if not.
 *
 * @param schemas - the names of attached databases. The lowest number of rows in their statistics counts.
 * @param rows - the name of the database with the rows.
 */
export function understated(
  db: Database,
  table: string,
  { schemas, rows }: { readonly schemas: readonly string[]; readonly rows: string },
): Understated | null {
  const believed = Math.min(...schemas.map((schema) => believedRows(db, schema, table)));
  if (believed >= LARGE) return null;
  const count = `SELECT count(*) FROM (SELECT 1 FROM ${rows}.${quoteName(table)} LIMIT ${LARGE})`;
  if ((db.prepare(count).pluck().get() as number) < LARGE) return null;
  return believed > TINY ? 'small' : 'tiny';
}

// Statistics of a dropped index count for its table too: https://sqlite.org/fileformat2.html#stat1tab
function believedRows(db: Database, schema: string, table: string): number {
  if (!hasTable(db, 'sqlite_stat1', schema)) return Infinity;
  const least = `SELECT min(CAST(stat AS INTEGER)) FROM ${schema}.sqlite_stat1 WHERE tbl = ? COLLATE NOCASE`;
  return (db.prepare(least).pluck().get(table) as number | null) ?? Infinity;
}
