import type { RowChange, RowPiece, TableChanges } from '../changeset/model';
import { changesUniqueValue } from '../changeset/rows/unique';
import { columnsToSet, isReplaced } from '../apply/statements/updates';
import { goOneByOne } from '../apply/statements/wide-statements';
import type { SqlValue } from '../sqlite/values/values';

/** The effect of a push's statements on the rows of one table. */
export interface ChangedRows {
  readonly deleted: number;
  readonly inserted: WrittenRows;
  /** The updates, grouped by the columns their statements set. */
  readonly updated: readonly (WrittenRows & { readonly set: readonly string[] })[];
}

/** A number of written rows and, if they are few, their new values. */
export interface WrittenRows {
  readonly count: number;
  readonly rows: readonly (readonly SqlValue[])[] | null;
}

/** Maximum number of rows to look at one by one. */
const FEW = 1_000;

/**
 * Finds the effect on a table's rows, as `tableStatements` writes it. An update of a unique value is a delete and an
 * insert. This costs little: the comparison has already counted most of it.
 */
export function changedRows(changes: TableChanges): ChangedRows {
  const updated = new Map<string, Rows & { readonly set: readonly number[] }>();
  const inserted = new Rows();
  const update = (set: readonly number[]): Rows => {
    const known = updated.get(set.join()) ?? Object.assign(new Rows(), { set });
    updated.set(set.join(), known);
    return known;
  };
  let replaced = 0;
  const addPiece = ({ count, set, ...piece }: RowPiece): void => {
    // Text is sent as an update: see `bulkRows`.
    const isNew = 'rows' in piece && changesUniqueValue(changes, set);
    if (isNew) replaced += count;
    (isNew ? inserted : update(set)).addUnknown(count);
  };
  const addRow = (change: RowChange): void => {
    if (change.kind !== 'update') return;
    const isNew = goOneByOne(changes) || isReplaced(changes, change);
    if (isNew) replaced++;
    (isNew ? inserted : update(columnsToSet(changes, change, updated.size))).add(change.new);
  };
  // Changes counted in pieces are also sent in pieces.
  const pieces = goOneByOne(changes) ? null : changes.bulk('update', 'outline');
  if (pieces === null) for (const change of changes.rows('update')) addRow(change);
  else for (const piece of pieces) addPiece(piece);
  if (changes.count('insert') > FEW) inserted.addUnknown(changes.count('insert'));
  else for (const change of changes.rows('insert')) if (change.kind === 'insert') inserted.add(change.new);
  return {
    deleted: changes.count('delete') + replaced,
    inserted,
    updated: [...updated.values()].map(({ count, rows, set }) => ({
      ...{ count, rows },
      set: set.map((i) => changes.columns[i] ?? ''),
    })),
  };
}

class Rows implements WrittenRows {
  count = 0;
  rows: (readonly SqlValue[])[] | null = [];

  add(row: readonly SqlValue[]): void {
    this.count++;
    if (this.rows !== null && this.rows.length < FEW) this.rows.push(row);
    else this.rows = null;
  }

  addUnknown(count: number): void {
    this.count += count;
    if (count > 0) this.rows = null;
  }
}
