import type { SqlValue } from '../sqlite/values/values';
import type { RowChange } from './model';

/** Returns the row before a change, or null for a new row. */
export function oldRow(change: RowChange): readonly SqlValue[] | null {
  return change.kind === 'insert' ? null : change.old;
}

/** Returns the row after a change, or null for a deleted row. */
export function newRow(change: RowChange): readonly SqlValue[] | null {
  return change.kind === 'delete' ? null : change.new;
}
