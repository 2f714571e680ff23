import type { RowChange, TableChanges } from '../../changeset/model';
import { changesUniqueValue } from '../../changeset/rows/unique';
import { rowSize } from '../../sqlite/values/values';

/** A row with changed values. */
export type RowUpdate = Extract<RowChange, { kind: 'update' }>;

/** Checks whether an update is carried out as a delete and an insert. */
export function isReplaced(changes: TableChanges, change: RowUpdate): boolean {
  return changesUniqueValue(changes, change.changed) || isLarge(change);
}

/**
 * Returns the columns to set in an update's statement: the changed ones, or all once there are many statements.
 *
 * @param shapes - the number of column sets that already have a statement.
 */
export function columnsToSet(
  { columns }: TableChanges,
  { changed }: RowUpdate,
  shapes: number,
): readonly number[] {
  return shapes < MANY_SHAPES ? changed : columns.map((_, i) => i);
}

/** The number of sets of changed columns with their own statements. All further rows set all columns. */
const MANY_SHAPES = 16;

/** The maximum number of columns for an old and a new row to fit together into one row of a statement. */
const MANY_COLUMNS = 990;

/**
 * The maximum size of an update's old and new row together in one row of a statement, in bytes. Servers refuse rows
 * over 5,000,000.
 */
const LARGE = 4_000_000;

function isLarge({ old, new: now }: RowUpdate): boolean {
  return old.length > MANY_COLUMNS || rowSize(old) + rowSize(now) > LARGE;
}
