import type { RowChange, RowPiece, TableChanges } from '../changeset/model';
import { changesUniqueValue } from '../changeset/rows/unique';
import { columnsToSet, isReplaced } from '../apply/statements/updates';
import { goOneByOne } from '../apply/statements/wide-statements';
import type { SqlValue } from '../sqlite/values/values';

/** What the statements of a push do to the rows of one table. */
export interface ChangedRows {
  readonly deleted: number;
  readonly inserted: WrittenRows;
  /** The updates, by the columns that their statements set. */
  readonly updated: readonly (WrittenRows & { readonly set: readonly string[] })[];
}

/** Some rows that are written, and, if they are few, what they become. */
export interface WrittenRows {
  readonly count: number;
  readonly rows: readonly (readonly SqlValue[])[] | null;
}

/** Rows that are looked at one by one, at most. */
const FEW = 1_000;

/**
 * What is done to the rows of a table, as `tableStatements` does it: an update of what has to be unique is a delete and an
 * insert. Most of it is known, since the changes were counted; so this costs little.
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
    // As text, it is sent as an update: see `bulkRows`.
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
  // What was counted in pieces is sent in these, too.
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
