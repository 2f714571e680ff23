import { keyColumns } from '../../sqlite/schema/schema';
import type { TableChanges } from '../model';

/**
 * Whether columns that were changed take part in something that has to be unique, such as a hidden rowid. Such an update is carried out as a
 * delete and an insert, all deletes before all inserts, so that values can be swapped, rotated and handed over.
 */
export function changesUniqueValue(
  { table, columns }: Pick<TableChanges, 'table' | 'columns'>,
  changed: readonly number[],
): boolean {
  const key = keyColumns(table);
  const isUnique = (name: string): boolean => table.uniqueColumns.has(name) || key.includes(name);
  return table.uniqueColumns.has('*') || changed.some((i) => isUnique(columns[i] ?? ''));
}
