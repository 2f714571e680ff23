import type { RowChange, TableChanges } from '../../changeset/model';
import { changesUniqueValue } from '../../changeset/rows/unique';
import { rowSize } from '../../sqlite/values/values';

/** A row that gets other values. */
export type RowUpdate = Extract<RowChange, { kind: 'update' }>;

/** Whether an update is carried out as a delete and an insert. */
export function isReplaced(changes: TableChanges, change: RowUpdate): boolean {
  return changesUniqueValue(changes, change.changed) || isLarge(change);
}

/**
 * The columns that the statement of an update sets: those that the row changes, or all once there are many statements.
 *
 * @param shapes - how many sets of columns have a statement already.
 */
export function columnsToSet(
  { columns }: TableChanges,
  { changed }: RowUpdate,
  shapes: number,
): readonly number[] {
  return shapes < MANY_SHAPES ? changed : columns.map((_, i) => i);
}

/** Sets of changed columns that get statements of their own, before all further rows set all columns. */
const MANY_SHAPES = 16;

/** Columns of a row of which two still go into one row of a statement. */
const MANY_COLUMNS = 990;

/** Bytes of an update's old and new row that still go into one row of a statement: servers refuse rows over 5,000,000. */
const LARGE = 4_000_000;

function isLarge({ old, new: now }: RowUpdate): boolean {
  return old.length > MANY_COLUMNS || rowSize(old) + rowSize(now) > LARGE;
}
