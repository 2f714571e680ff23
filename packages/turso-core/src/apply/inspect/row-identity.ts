import type { RowChange, TableChanges } from '../../changeset/model';
import { quoteValue } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';

/**
 * Returns a change's table and key as one text, different for keys that differ in any byte. An inserted row may have
 * the hidden rowid of a row replaced before, so inserts get their own texts.
 */
export function rowIdentity(changes: TableChanges, change: RowChange): string {
  return change.kind === 'insert'
    ? `${identityOf(changes, change.new)}\u0000inserted`
    : identityOf(changes, change.old);
}

/** Returns the same for a row with the columns of these changes. */
export function identityOf({ table, key, beforeSchema }: TableChanges, row: readonly SqlValue[]): string {
  // If rows have no address, the content identifies the row.
  const values = key.length === 0 ? row : key.map((i) => row[i] as SqlValue);
  // An altered table may have other rows before than afterwards.
  const time = beforeSchema ? 'before' : 'after';
  return [time, table.name, ...values.map(quoteValue)].join('\u0000');
}
