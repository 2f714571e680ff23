import type { Table } from './schema';

/**
 * Returns which values of a column can be equal to SQLite and still differ by storage class or bits:
 *
 * - `many`: 1 and 1.0, or 0.0 and -0.0, if the column keeps any value as it is;
 * - `smallest`: only the smallest integer, and the real number equal to it. Number columns store every other real
 *   number equal to an integer as that integer;
 * - `none`: columns for texts or real numbers turn a number into one class.
 *
 * @param name - of a column, or of a hidden rowid.
 * @see https://sqlite.org/datatype3.html#type_affinity
 */
export function equalValues(
  { kind, columns }: Pick<Table, 'kind' | 'columns'>,
  name: string,
): 'many' | 'smallest' | 'none' {
  // Values stored by a module have no affinity.
  if (kind === 'virtual') return 'many';
  const type = columns.find((c) => c.name === name)?.type.toUpperCase() ?? 'INTEGER';
  if (type.includes('INT')) return 'smallest';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'none';
  if (type === '' || type === 'ANY' || type.includes('BLOB')) return 'many';
  return /REAL|FLOA|DOUB/.test(type) ? 'none' : 'smallest';
}

/** The smallest integer that SQLite can store, as SQL. */
export const SMALLEST_INTEGER = '-9223372036854775808';
