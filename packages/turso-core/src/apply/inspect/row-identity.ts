import type { RowChange, TableChanges } from '../../changeset/model';
import { quoteValue } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';

/**
 * A change's table and key as one text, which differs wherever the key differs in a byte. A row that is inserted may have the
 * hidden rowid that another one had before it was replaced, so the two are told apart.
 */
export function rowIdentity(changes: TableChanges, change: RowChange): string {
  return change.kind === 'insert'
    ? `${identityOf(changes, change.new)}\u0000inserted`
    : identityOf(changes, change.old);
}

/** The same for a row with the columns of these changes. */
export function identityOf({ table, key, beforeSchema }: TableChanges, row: readonly SqlValue[]): string {
  // Where no row can be addressed, its content says which it is.
  const values = key.length === 0 ? row : key.map((i) => row[i] as SqlValue);
  // A table that is altered may have other rows before than afterwards.
  const time = beforeSchema ? 'before' : 'after';
  return [time, table.name, ...values.map(quoteValue)].join('\u0000');
}
