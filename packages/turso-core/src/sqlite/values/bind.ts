import { quoteValue } from './quote';
import { RawText, type SqlValue } from './values';

/** Values as SQL text with placeholders, and the arguments for those. */
export interface Bound {
  /** One SQL expression for each value. */
  readonly expressions: string[];
  /** The arguments of the placeholders among them, in order. */
  readonly args: SqlValue[];
}

/**
 * Values as bound parameters, so that each arrives bit by bit. Literals are those that would not: the doubles that a wire
 * format may lose (infinite, -0.0), and text that is no text, since SQLite 3.45 takes a bound BLOB that is cast to
 * TEXT for UTF-8 in every database.
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
