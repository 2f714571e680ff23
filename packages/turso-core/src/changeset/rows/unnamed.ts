import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import type { SqlValue } from '../../sqlite/values/values';
import type { Changeset, TableChanges } from '../model';

/**
 * Checks whether only its hidden rowid tells a row from an equal one. Its table then declares no key, or the key has
 * NULL.
 */
export function isUnnamed({ table, columns }: TableChanges, row: readonly SqlValue[]): boolean {
  if (!hasHiddenRowid(table)) return false;
  const key = declaredKey(table).map((name) => row[columns.indexOf(name)]);
  return key.length === 0 || key.includes(null);
}

/** Checks whether any added row can be confused with an equal one. */
export function addsUnnamed({ tables }: Changeset): boolean {
  return tables.some((changes) => {
    if (!hasHiddenRowid(changes.table)) return false;
    for (const change of changes.rows('insert'))
      if (change.kind === 'insert' && isUnnamed(changes, change.new)) return true;
    return false;
  });
}
