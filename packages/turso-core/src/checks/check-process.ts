/*
 * The process for running checks, started by ./run-checks. It is a separate process because only killing it stops an
 * endless query.
 */
import { endWithParent } from '../end-with-parent';
import { openReadOnly } from '../sqlite/files/open';
import type { Database } from '../sqlite/files/sqlite';
import type { SqlValue } from '../sqlite/values/values';
import { COUNTED, type Check, type CheckAnswer, type CheckRequest } from './check';

/** Maximum number of rows to report. */
const TOLD = 10;

function runCheck(db: Database, { name, sql }: Check): CheckAnswer {
  if (sql.includes('\0')) return { name, refused: 'it holds a NUL; is it saved as UTF-8?' };
  try {
    const statement = db.prepare(sql);
    if (!statement.reader) return { name, refused: 'it is not a query' };
    if (!statement.readonly) return { name, refused: 'it writes' };
    const first: SqlValue[][] = [];
    let rows = 0;
    for (const row of statement.safeIntegers().raw().iterate()) {
      rows++;
      if (rows <= TOLD) first.push(row as SqlValue[]);
      if (rows === COUNTED) break;
    }
    const columns = statement.columns().map((c) => c.name);
    return { name, passed: rows === 0, rows, hasMore: rows === COUNTED, columns, first };
  } catch (error) {
    return { name, refused: (error as Error).message };
  }
}

process.on('message', ({ database, checks }: CheckRequest) => {
  const db = openReadOnly(database);
  for (const check of checks) process.send?.(runCheck(db, check));
  db.close();
});
endWithParent();
