import type { RuleName } from './policy';

/** A broken rule, with or without an exception for it. */
export interface Breach {
  readonly rule: RuleName;
  /** The table concerned, or null. */
  readonly table: string | null;
  /** The name for an exception, if it is not a table: a check. */
  readonly check?: string;
  readonly count?: number;
  readonly limit?: number;
  /** A sentence about the breach. */
  readonly message: string;
}

/** Maximum number of tables to name in a message. */
const NAMED = 3;

/** Lists tables with their numbers of rows for a message, the largest first. */
export function tablesWithRows(tables: readonly { readonly table: string; readonly rows: number }[]): string {
  const sorted = tables.filter((t) => t.rows > 0).sort((a, b) => b.rows - a.rows);
  const named = sorted.slice(0, NAMED).map(({ table, rows }) => `${table} ${rows}`);
  const more = sorted.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more ${more === 1 ? 'table' : 'tables'}`] : [])].join(', ');
}

/** Returns `1 row` or `3 rows` with the matching verb: `1 row is`, `3 rows are`. */
export function rowsAre(rows: number): string {
  return rows === 1 ? '1 row is' : `${rows} rows are`;
}
