import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import type { SqlValue } from '../../sqlite/values/values';
import type { Changeset, TableChanges } from '../model';

/** Whether nothing but a hidden rowid tells a row from an equal one: its table declares no key, or it has NULL there. */
export function isUnnamed({ table, columns }: TableChanges, row: readonly SqlValue[]): boolean {
  if (!hasHiddenRowid(table)) return false;
  const key = declaredKey(table).map((name) => row[columns.indexOf(name)]);
  return key.length === 0 || key.includes(null);
}

/** Whether any row is added that nothing tells from an equal one. */
export function addsUnnamed({ tables }: Changeset): boolean {
  return tables.some((changes) => {
    if (!hasHiddenRowid(changes.table)) return false;
    for (const change of changes.rows('insert'))
      if (change.kind === 'insert' && isUnnamed(changes, change.new)) return true;
    return false;
  });
}
