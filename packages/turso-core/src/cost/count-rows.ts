import { systemCode } from '../errors';
import type { Database } from '../sqlite/files/sqlite';
import { quoteName } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';

/**
 * Counts the rows of a table with a condition, possibly one from the database. Null if this SQLite cannot evaluate it,
 * as with a function only a server has.
 */
export function countRows(
  db: Database,
  table: string,
  condition = 'true',
  args: readonly SqlValue[] = [],
): number | null {
  try {
    const sql = `SELECT count(*) FROM main.${quoteName(table)} WHERE ${condition}`;
    return db
      .prepare(sql)
      .pluck()
      .get(...args) as number;
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    return null;
  }
}
