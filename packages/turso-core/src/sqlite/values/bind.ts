import { quoteValue } from './quote';
import { RawText, type SqlValue } from './values';

/** Values as SQL text with placeholders, and the arguments for the placeholders. */
export interface Bound {
  /** One SQL expression for each value. */
  readonly expressions: string[];
  /** The arguments of the placeholders among them, in order. */
  readonly args: SqlValue[];
}

/**
 * Returns values as bound parameters: each arrives bit by bit. Some values would not, and become literals. A wire
 * format may lose infinite doubles and -0.0. Invalid text cannot be bound: since SQLite 3.45, casting a bound BLOB to
 * TEXT reads it as UTF-8 in every database.
 */
export function bindValues(values: readonly SqlValue[]): Bound {
  const args: SqlValue[] = [];
  const expressions = values.map((value) => {
    if (value instanceof RawText || (typeof value === 'number' && isFragile(value))) return quoteValue(value);
    args.push(value);
    return '?';
  });
  return { expressions, args };
}

function isFragile(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0);
}
