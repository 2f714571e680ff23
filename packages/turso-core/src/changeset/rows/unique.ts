import { keyColumns } from '../../sqlite/schema/schema';
import type { TableChanges } from '../model';

/**
 * Checks whether changed columns belong to a unique value, such as a hidden rowid. Such an update becomes a delete and
 * an insert, all deletes before all inserts. So rows can swap, rotate and hand over values.
 */
export function changesUniqueValue(
  { table, columns }: Pick<TableChanges, 'table' | 'columns'>,
  changed: readonly number[],
): boolean {
  const key = keyColumns(table);
  const isUnique = (name: string): boolean => table.uniqueColumns.has(name) || key.includes(name);
  return table.uniqueColumns.has('*') || changed.some((i) => isUnique(columns[i] ?? ''));
}
