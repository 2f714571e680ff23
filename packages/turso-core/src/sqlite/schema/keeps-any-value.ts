import type { Table } from './schema';

/**
 * Whether two values of a column can be equal to SQLite and yet differ by storage class or bits. In columns of most types they
 * cannot: 1.0 is stored as 1 or the other way round, and -0.0 as 0.
 *
 * @param name - of a column, or of a hidden rowid.
 * @see https://sqlite.org/datatype3.html#type_affinity
 */
export function keepsAnyValue({ kind, columns }: Pick<Table, 'kind' | 'columns'>, name: string): boolean {
  // What a module stores has no affinity.
  if (kind === 'virtual') return true;
  const type = columns.find((c) => c.name === name)?.type.toUpperCase() ?? 'INTEGER';
  return type === '' || type === 'ANY' || (type.includes('BLOB') && !/INT|CHAR|CLOB|TEXT/.test(type));
}
