import type { StatementResult } from '../hrana';

/**
 * Returns a result, or throws a RangeError if a row has other than one value for each column. If nothing changed, a
 * server may tell the rowid of an earlier insert: the result then has none.
 */
export function checkedResult(result: StatementResult): StatementResult {
  const { length } = result.columns;
  if (result.rows.some((row) => row.length !== length)) throw new RangeError('A row of other columns.');
  return result.changes === 0 ? { ...result, lastInsertRowid: null } : result;
}
