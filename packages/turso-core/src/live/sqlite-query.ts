import type { Statement } from 'better-sqlite3';
import type { Database } from '../sqlite/files/sqlite';
import { exactProjection, exactRow } from '../sqlite/values/exact-projection';
import type { SqlValue } from '../sqlite/values/values';
import type { LiveStatement, QueryResult } from './live';
import { writes } from './read-only';

/** Number of compiled statements to keep for each connection. */
const KEPT = 200;

/** Runs one read-only statement, with exact values. Throws USAGE if it writes, and SQLite's own errors. */
export type RunQuery = (statement: LiveStatement) => QueryResult;

/** Creates a {@link RunQuery} for an open database. */
export function sqliteQueries(db: Database): RunQuery {
  const kept = new Map<string, Statement>();
  function prepare(sql: string): Statement {
    let statement = kept.get(sql);
    if (statement !== undefined) return statement;
    if (kept.size >= KEPT) kept.clear();
    statement = db.prepare(sql);
    kept.set(sql, statement);
    return statement;
  }
  return ({ sql, args = [] }) => {
    const statement = prepare(sql);
    // A statement without rows, for example BEGIN, changes the connection shared with other readers.
    if (!statement.readonly || !statement.reader) throw writes();
    const rows = statement
      .raw()
      .safeIntegers()
      .all(...bound(args)) as SqlValue[][];
    const columns = statement.columns().map(({ name }) => name);
    return { columns, rows: rows.some(mayBeNoText) ? exactly(db, { sql, args }, rows) : rows };
  };
}

/** Returns values in the form for better-sqlite3. */
export function bound(args: LiveStatement['args'] = []): unknown[] {
  return Array.isArray(args) ? (args as unknown[]) : [args];
}

// Invalid text has this character in place of bytes.
function mayBeNoText(row: readonly SqlValue[]): boolean {
  return row.some((value) => typeof value === 'string' && value.includes('\uFFFD'));
}

function exactly(db: Database, { sql, args }: LiveStatement, rows: SqlValue[][]): SqlValue[][] {
  const names = (rows[0] ?? []).map((_, i) => `c${i}`);
  const wrapped = `WITH r(${names.join(',')}) AS (${sql.replace(/[\s;]+$/, '')}\n) SELECT ${exactProjection(names)} FROM r`;
  let statement: Statement;
  try {
    statement = db.prepare(wrapped);
  } catch {
    // Not a SELECT but, for example, a PRAGMA.
    return rows;
  }
  const encoding = db.pragma('encoding', { simple: true }) as 'UTF-8';
  return (
    statement
      .raw()
      .safeIntegers()
      .all(...bound(args)) as SqlValue[][]
  ).map((row) => exactRow(row, encoding));
}
