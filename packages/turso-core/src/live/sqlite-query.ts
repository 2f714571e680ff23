import type { Statement } from 'better-sqlite3';
import type { Database } from '../sqlite/files/sqlite';
import { withoutEnd } from '../sqlite/schema/statement-text';
import { exactProjection, exactRow } from '../sqlite/values/exact-projection';
import type { SqlValue } from '../sqlite/values/values';
import { compile, type Compiled } from './compiled';
import type { OrderedStatement, RowLists } from './database';
import { writes } from './read-only';

/** Number of compiled statements to keep for each connection. */
const KEPT = 200;

/** Runs one read-only statement, with exact values. Throws USAGE if it writes, and SQLite's own errors. */
export type RunQuery = (statement: OrderedStatement) => RowLists;

/** Creates a {@link RunQuery} for an open database. */
export function sqliteQueries(db: Database): RunQuery {
  const kept = new Map<string, Compiled>();
  function compiled(sql: string): Compiled {
    const found = kept.get(sql);
    if (found !== undefined) return found;
    if (kept.size >= KEPT) kept.clear();
    const made = compile(db, sql);
    kept.set(sql, made);
    return made;
  }
  return ({ sql, args = [] }) => {
    const { statement, bind, columns } = compiled(sql);
    // A statement without rows, for example BEGIN, changes the connection shared with other readers.
    if (!statement.readonly || !statement.reader) throw writes();
    const rows = rowsOf(statement, bind(args));
    return { columns: columns(), rows: rows.some(mayBeNoText) ? exactly(db, { sql, args }, rows) : rows };
  };
}

/** Runs a compiled statement, and returns its rows with integers as bigints. */
export function rowsOf(statement: Statement, values: readonly unknown[]): SqlValue[][] {
  return statement
    .raw()
    .safeIntegers()
    .all(...values) as SqlValue[][];
}

// Invalid text has this character in place of bytes.
function mayBeNoText(row: readonly SqlValue[]): boolean {
  return row.some((value) => typeof value === 'string' && value.includes('\uFFFD'));
}

function exactly(db: Database, { sql, args }: OrderedStatement, rows: SqlValue[][]): SqlValue[][] {
  const names = (rows[0] ?? []).map((_, i) => `c${i}`);
  // No table of the user has this name.
  const wrapped = `WITH turso_sync_rows(${names.join(',')}) AS (${withoutEnd(sql)}) SELECT ${exactProjection(names)} FROM turso_sync_rows`;
  let compiled: Compiled;
  try {
    compiled = compile(db, wrapped);
  } catch {
    // Not a SELECT but, for example, a PRAGMA.
    return rows;
  }
  const encoding = db.pragma('encoding', { simple: true }) as 'UTF-8';
  const { statement, bind } = compiled;
  return rowsOf(statement, bind(args)).map((row) => exactRow(row, encoding));
}
