import { TINY } from './quote';

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
    infinite: `iif(${column}<0,'-9e999','9e999')`,
  });
}

/** An SQL expression that gives a column's value as `changes.json` has it, or {@link UNRENDERED}. */
export function reportCell(column: string): string {
  const isSafe = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  return cell(column, {
    integer: `iif(${isSafe},${column},'{"integer":"'||${column}||'"}')`,
    real: (value) => `'{"real":"'||format('%!.17g',${value})||'"}'`,
    infinite: `iif(${column}<0,'{"real":"-Infinity"}','{"real":"Infinity"}')`,
  });
}

function cell(
  column: string,
  form: { integer: string; real: (value: string) => string; infinite: string },
): string {
  const other = 'char(1)';
  const largest = '1.7976931348623157e308';
  const text = `iif(octet_length(${column})>${LARGE},${other},json_quote(${column}))`;
  const real = `CASE WHEN ${column}>=${TINY} AND ${column}<=${largest} OR ${column}<=-${TINY} AND ${column}>=-${largest}
      THEN ${form.real(column)}
    WHEN ${column}=0.0 THEN iif(atan2(${column},-1)<0,${other},${form.real('0.0')})
    WHEN abs(${column})<1 THEN ${other}
    ELSE ${form.infinite} END`;
  return `CASE typeof(${column}) WHEN 'text' THEN ${text} WHEN 'integer' THEN ${form.integer}
    WHEN 'null' THEN 'null' WHEN 'real' THEN ${real} ELSE ${other} END`;
}
