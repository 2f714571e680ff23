import type { Database } from './files/sqlite';
import { rowColumns, type Table } from './schema/schema';
import { bindValues } from './values/bind';
import { quoteName } from './values/quote';
import type { SqlValue } from './values/values';

/**
 * Replaces the content of a table by the rows of `pieces`, each with the values of {@link rowColumns}. Yields the
 * number of rows of each piece, after writing it.
 */
export async function* replaceRows(
  db: Database,
  table: Table,
  pieces: AsyncIterable<SqlValue[][]>,
): AsyncGenerator<number> {
  const name = quoteName(table.name);
  db.exec(`DELETE FROM ${name}`);
  const into = `INSERT INTO ${name}(${rowColumns(table).map(quoteName).join(',')})`;
  for await (const rows of pieces) {
    db.exec('BEGIN');
    for (const row of rows) {
      const { expressions, args } = bindValues(row);
      db.prepare(`${into} VALUES (${expressions.join(',')})`).run(...args);
    }
    db.exec('COMMIT');
    yield rows.length;
  }
}
