import type { SqlValue } from '../sqlite/values/values';

/** A query that must return no row. */
export interface Check {
  /** The name of its file. */
  readonly name: string;
  readonly sql: string;
}

/** Rows of a check that are counted at most. */
export const COUNTED = 1000;

/** How a check ended. */
export interface CheckResult {
  /** The name of its file. */
  readonly name: string;
  readonly passed: boolean;
  /** How many rows it returned; counted up to 1000. */
  readonly rows: number;
  /** Whether there may be more. */
  readonly hasMore: boolean;
  /** The columns of its rows. */
  readonly columns: readonly string[];
  /** The first of its rows, up to 10. */
  readonly first: readonly (readonly SqlValue[])[];
}

/** What the process that runs checks is given. */
export interface CheckRequest {
  readonly database: string;
  readonly checks: readonly Check[];
}

/** What it tells of each check, in order: how it ended, or why it cannot be run. */
export type CheckAnswer = CheckResult | { readonly name: string; readonly refused: string };
