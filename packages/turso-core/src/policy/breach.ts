import type { RuleName } from './policy';

/** A rule that is broken, whether or not an exception allows it. */
export interface Breach {
  readonly rule: RuleName;
  /** The table that it is about, or null. */
  readonly table: string | null;
  /** What an exception names, if that is no table: a check. */
  readonly check?: string;
  readonly count?: number;
  readonly limit?: number;
  /** What is broken, in one sentence. */
  readonly message: string;
}

/** Tables that a message names at most. */
const NAMED = 3;

/** Tables with their numbers of rows for a message, the largest first. */
export function tablesWithRows(tables: readonly { readonly table: string; readonly rows: number }[]): string {
  const sorted = tables.filter((t) => t.rows > 0).sort((a, b) => b.rows - a.rows);
  const named = sorted.slice(0, NAMED).map(({ table, rows }) => `${table} ${rows}`);
  const more = sorted.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more ${more === 1 ? 'table' : 'tables'}`] : [])].join(', ');
}

/** `1 row`, `3 rows`, with the verb that fits: `1 row is`, `3 rows are`. */
export function rowsAre(rows: number): string {
  return rows === 1 ? '1 row is' : `${rows} rows are`;
}
