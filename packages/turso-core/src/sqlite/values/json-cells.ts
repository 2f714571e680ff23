import { realCase } from './real-case';

/** Bytes of a value beyond which it is left to other ways, so that many rows can be rendered at once. */
const LARGE = 10_000;

/** Stands in a rendered row for a value that JSON cannot hold exactly; JSON escapes it everywhere else. */
export const UNRENDERED = '\u0001';

/** The blank in front of a rendered REAL. JSON allows it there, and escapes it in strings. */
export const REAL = '\t';

/** The blank in front of an INTEGER that a double does not hold. */
export const LONG_INTEGER = '\r';

/**
 * An SQL expression that gives a column's value as JSON that SQLite reads back to the same storage class and bits, or
 * {@link UNRENDERED}. Doubles have 18 digits: see {@link exactReal}.
 */
export function jsonCell(column: string): string {
  const other = 'char(1)';
  const real = (text: string): string => `char(9)||${text}`;
  const text = `iif(octet_length(${column})>${LARGE},${other},json_quote(${column}))`;
  const isShort = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  const double = realCase(column, {
    normal: `format('\t%!.17e',${column})`,
    zero: real(`'0.0'`),
    negativeZero: other,
    tiny: other,
    infinite: real(`'9e999'`),
    negativeInfinite: real(`'-9e999'`),
  });
  return `CASE typeof(${column}) WHEN 'text' THEN ${text} WHEN 'integer' THEN iif(${isShort},${column},char(13)||${column})
    WHEN 'null' THEN 'null' WHEN 'real' THEN ${double} ELSE ${other} END`;
}
