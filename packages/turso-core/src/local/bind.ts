import { RawText, type SqlValue } from './values';
import { quoteValue } from './quote';

/** Values as SQL text with placeholders, and the arguments for those. */
export interface Bound {
  /** One SQL expression for each value. */
  readonly expressions: string[];
  /** The arguments of the placeholders among them, in order. */
  readonly args: SqlValue[];
}

/**
 * Values as bound parameters, so that each arrives bit by bit: text that is no text goes as bytes through a CAST, and the
 * doubles that a wire format may lose (infinite, -0.0) as literals.
 */
export function bindValues(values: readonly SqlValue[]): Bound {
  const args: SqlValue[] = [];
  const expressions = values.map((value) => {
    if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
      return quoteValue(value);
    args.push(value instanceof RawText ? value.bytes : value);
    return value instanceof RawText ? 'CAST(? AS TEXT)' : '?';
  });
  return { expressions, args };
}
