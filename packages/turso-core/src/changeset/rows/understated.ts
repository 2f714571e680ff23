import type { Database } from '../../sqlite/files/sqlite';
import { quoteName } from '../../sqlite/values/quote';

/** How much smaller the statistics of a database say a table is. */
export type Understated = 'small' | 'tiny';

/** Rows from which on SQLite looks for rows of other tables in a table, and not for its rows in those. */
const LARGE = 1_000;

/** Rows up to which SQLite may look at all rows of a table rather than search it. */
const TINY = 9;

/**
 * Whether a table with many rows has few by `sqlite_stat1`, as after ANALYZE at a time when it was small. SQLite then looks at all
 * its rows again and again. Null if not.
 *
 * @param schemas - the names of attached databases; the fewest rows that the statistics of any of them tell count.
 * @param rows - the name of the one that has the rows.
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

// Statistics of an index that is gone count for its table too: https://sqlite.org/fileformat2.html#stat1tab
function believedRows(db: Database, schema: string, table: string): number {
  const exists = `SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'sqlite_stat1' AND type = 'table'`;
  if (db.prepare(exists).get() === undefined) return Infinity;
  const least = `SELECT min(CAST(stat AS INTEGER)) FROM ${schema}.sqlite_stat1 WHERE tbl = ? COLLATE NOCASE`;
  return (db.prepare(least).pluck().get(table) as number | null) ?? Infinity;
}
