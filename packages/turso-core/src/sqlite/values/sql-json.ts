import { exactReal } from './quote';
import type { SqlValue } from './values';

/** Returns a value as JSON that SQLite reads back to the same storage class and bits, or null if there is none. */
export function sqlJson(value: SqlValue): string | null {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return value.toString();
  // SQLite reads a number too large for a double as infinite; JSON's -0.0 loses its sign.
  if (typeof value === 'number' && !Object.is(value, -0))
    return Number.isFinite(value) ? exactReal(value) : `${Math.sign(value) * 9}e999`;
  return null;
}
