import type { SqlValue } from '../sqlite/values/values';

/** A query that must return no row. */
export interface Check {
  /** Its file name. */
  readonly name: string;
  readonly sql: string;
}

/** Maximum number of rows of a check to count. */
export const COUNTED = 1000;

/** Result of a check. */
export interface CheckResult {
  /** Its file name. */
  readonly name: string;
  /** Whether it returned no row. */
  readonly passed: boolean;
  /** Number of rows it returned; counted up to 1000. */
  readonly rows: number;
  /** Whether there may be more rows. */
  readonly hasMore: boolean;
  /** The columns of its rows. */
  readonly columns: readonly string[];
  /** Its first rows, at most 10. */
  readonly first: readonly (readonly SqlValue[])[];
}

/** The message to the process for running checks. */
export interface CheckRequest {
  readonly database: string;
  readonly checks: readonly Check[];
}

/** Its answer for each check, in order: the result, or the reason why the check cannot run. */
export type CheckAnswer = CheckResult | { readonly name: string; readonly refused: string };
