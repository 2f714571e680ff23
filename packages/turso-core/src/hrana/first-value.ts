import type { SqlValue } from '../sqlite/values/values';
import type { HranaResult } from './hrana';

/** Returns the first value of a single statement; undefined if it failed or has no row. */
export function firstValue(result: HranaResult | undefined): SqlValue | undefined {
  return result?.type === 'execute' ? result.result.rows[0]?.[0] : undefined;
}
