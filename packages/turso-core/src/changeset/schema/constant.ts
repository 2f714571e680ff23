import type { Column } from '../../sqlite/schema/schema';

const LITERAL = /^(?:null|true|false|[-+]?\d{1,18}|[-+]?\d{0,7}\.\d{0,7}|x?'(?:[^']|'')*')$/i;

/**
 * Whether a column's DEFAULT, if any, is the same for every row at any time on any version of SQLite. Calls and
 * CURRENT_TIME are not, and decimals of many digits are read one bit off by some versions.
 */
export function isConstant({ defaultValue }: Column): boolean {
  return defaultValue === null || LITERAL.test(defaultValue);
}

/** Whether a column's DEFAULT alone gives every row its value, whoever has added the row. */
export function isDefaultEnough(column: Column): boolean {
  return isConstant(column) && !(column.notNull && /^(?:null)?$/i.test(column.defaultValue ?? ''));
}
