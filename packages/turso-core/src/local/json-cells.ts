import { realCase } from './real-case';

/** Bytes of a value beyond which it is left to other ways, so that many rows can be rendered at once. */
const LARGE = 10_000;

/** Stands in a rendered row for a value that JSON cannot hold exactly; JSON escapes it everywhere else. */
export const UNRENDERED = '\u0001';

/**
 * An SQL expression that gives a column's value as JSON that SQLite reads back to the same storage class and bits, or
 * {@link UNRENDERED}. Doubles have 18 digits: see {@link exactReal}.
 */
export function wireCell(column: string): string {
  return cell(column, {
    integer: column,
    real: (value) => `format('%!.17e',${value})`,
    infinite: `'9e999'`,
    negativeInfinite: `'-9e999'`,
  });
}

/** An SQL expression that gives a column's value as `changes.json` has it, or {@link UNRENDERED}. */
export function reportCell(column: string): string {
  const isSafe = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  return cell(column, {
    integer: `iif(${isSafe},${column},'{"integer":"'||${column}||'"}')`,
    real: (value) => `'{"real":"'||format('%!.17g',${value})||'"}'`,
    infinite: `'{"real":"Infinity"}'`,
    negativeInfinite: `'{"real":"-Infinity"}'`,
  });
}

interface Forms {
  readonly integer: string;
  readonly real: (value: string) => string;
  readonly infinite: string;
  readonly negativeInfinite: string;
}

function cell(column: string, { integer, real, infinite, negativeInfinite }: Forms): string {
  const other = 'char(1)';
  const text = `iif(octet_length(${column})>${LARGE},${other},json_quote(${column}))`;
  const double = realCase(column, {
    normal: real(column),
    zero: real('0.0'),
    negativeZero: other,
    tiny: other,
    infinite,
    negativeInfinite,
  });
  return `CASE typeof(${column}) WHEN 'text' THEN ${text} WHEN 'integer' THEN ${integer}
    WHEN 'null' THEN 'null' WHEN 'real' THEN ${double} ELSE ${other} END`;
}
