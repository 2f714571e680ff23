import type { Database } from '../files/sqlite';

/** Checks whether a database has a table of exactly this name, one of SQLite's own included. */
export function hasTable(db: Database, table: string, schema = 'main'): boolean {
  const sql = `SELECT 1 FROM ${schema}.sqlite_schema WHERE type = 'table' AND name = ?`;
  return db.prepare(sql).get(table) !== undefined;
}
