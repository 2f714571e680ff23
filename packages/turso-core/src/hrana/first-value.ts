import type { SqlValue } from '../sqlite/values/values';
import type { HranaResult } from './hrana';

/** The first value of a statement of its own; undefined if that has failed, or has no row. */
export function firstValue(result: HranaResult | undefined): SqlValue | undefined {
  return result?.type === 'execute' ? result.result.rows[0]?.[0] : undefined;
}
