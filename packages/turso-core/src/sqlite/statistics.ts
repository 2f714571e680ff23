import { openReadOnly, using } from './files/open';
import { Database } from './files/sqlite';
import { quoteString } from './values/quote';
import { hasTable } from './schema/has-table';

/** The tables for the findings of ANALYZE; some versions of SQLite know only the first. */
const TABLES = ['sqlite_stat1', 'sqlite_stat4'] as const;

/** Checks whether two databases have the same statistics. No changeset carries them: each side has its own. */
export function haveSameStatistics(one: string, other: string): boolean {
  return JSON.stringify(statisticsOf(one)) === JSON.stringify(statisticsOf(other));
}

/** Gives a private copy of a database the statistics of another one, for their common tables. */
export function copyStatistics(from: string, to: string): void {
  using(new Database(to), (db) => {
    // Nobody needs a half-finished copy.
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.exec(`ATTACH ${quoteString(from)} AS other`);
    const known = (schema: string): string[] => TABLES.filter((table) => hasTable(db, table, schema));
    for (const table of known('main')) db.exec(`DROP TABLE main.${table}`);
    if (known('other').length > 0) db.exec('ANALYZE main.sqlite_schema');
    for (const table of known('main')) {
      db.exec(`DELETE FROM main.${table}`);
      if (hasTable(db, table, 'other'))
        db.exec(
          `INSERT INTO main.${table} SELECT * FROM other.${table} WHERE tbl IN (SELECT name FROM main.sqlite_schema)`,
        );
    }
  });
}

function statisticsOf(file: string): unknown[] {
  return using(openReadOnly(file), (db) =>
    TABLES.map((table) =>
      hasTable(db, table) ? db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).raw().all() : [],
    ),
  );
}
