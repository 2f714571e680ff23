import type { Database } from 'better-sqlite3';

/** The same thing of both sides. */
export interface Pair<T = Database> {
  readonly a: T;
  readonly b: T;
}
