import type { RowChange, TableChanges } from '../changeset/model';
import { quoteValue } from '../local/quote';
import type { SqlValue } from '../local/values';

/** A change's table and key as one text, which differs wherever the key differs in a byte. */
export function rowIdentity(changes: TableChanges, change: RowChange): string {
  return identityOf(changes, change.kind === 'insert' ? change.new : change.old);
}

/** The same for a row with the columns of these changes. */
export function identityOf({ table, key }: TableChanges, row: readonly SqlValue[]): string {
  return [table.name, ...key.map((i) => quoteValue(row[i] as SqlValue))].join('\u0000');
}
