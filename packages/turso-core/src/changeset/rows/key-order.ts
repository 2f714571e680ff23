import type { Database } from '../../sqlite/files/sqlite';
import { keyColumns, type Table } from '../../sqlite/schema/schema';

/**
 * Checks whether rows can be read piece by piece in the order of their key. If a key of several columns has descending
 * ones, SQLite sorts all rows for each piece.
 */
export function isKeyAscending(db: Database, table: Table): boolean {
  if (!table.withoutRowid || keyColumns(table).length === 1) return true;
  const descending = `SELECT 1 FROM temp.pragma_index_list(?) l, temp.pragma_index_xinfo(l.name) x
    WHERE l.origin = 'pk' AND x.key = 1 AND x."desc" = 1`;
  return db.prepare(descending).get(table.name) === undefined;
}
