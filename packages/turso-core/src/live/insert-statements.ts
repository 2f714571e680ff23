import { RowBatcher } from '../apply/statements/row-batcher';
import type { RowSource } from '../apply/statements/row-source';
import { quoteName } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import { checkName, checkRow, checkRows, usage } from './check-arguments';
import type { OrderedStatement } from './database';

/**
 * Returns few, large statements to insert rows, in the engine's own way. They use one JSON text for many rows if JSON
 * is exact, and bound values otherwise. They insert the rows in the given order.
 */
export function insertStatements(
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly SqlValue[]>,
): OrderedStatement[] {
  checkName(table, 'The table of insertRows');
  if (!Array.isArray(columns) || columns.length === 0) throw usage('insertRows names no columns.', NAMES);
  for (const column of columns) checkName(column, 'A column of insertRows');
  checkRows(rows);
  const into = `INSERT INTO ${quoteName(table)}(${columns.map(quoteName).join(',')})`;
  const select = `SELECT ${columns.map((_, i) => `c${i}`).join(',')} FROM r`;
  const statements: OrderedStatement[] = [];
  const emit = ({ sql, args }: RowSource): void => {
    statements.push({ sql: `${sql} ${into} ${select}`, args });
  };
  const batcher = new RowBatcher(columns.length, emit, { keepsOrder: true });
  let index = 0;
  for (const row of rows) {
    checkRow(row, columns, index++);
    batcher.add(row);
  }
  batcher.flush();
  return statements;
}

const NAMES = 'Give the name of a table, and the names of the columns that the rows have values for.';
