import type { RowChange, TableChanges } from '../../changeset/model';
import type { Query } from '../../sqlite/query';
import { declaredKeyTerms, keyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import { sameRow, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { lookUp } from './look-up';

type Row = readonly SqlValue[];

/** The rows of another database that correspond to a change. */
export interface Found {
  /** The row at the same address: the rowid, or the key of a WITHOUT ROWID table. */
  readonly at: Row | undefined;
  /**
   * The row with the same declared key, if rowids are hidden and the key has no NULL. Otherwise the row at the address.
   */
  readonly same: Row | undefined;
  /** Whether a declared key, or a rowid that is a column, identifies the row. */
  readonly isNamed: boolean;
}

/** Finds the other database's rows for each change of a table with addressable rows. */
export async function findRows(
  query: Query,
  changes: TableChanges,
  piece: readonly RowChange[],
  encoding: Encoding,
): Promise<Found[]> {
  const { table, columns, key } = changes;
  const valuesAt = (places: readonly number[]): SqlValue[][] =>
    piece.map((change) => places.map((i) => rowBefore(change)[i] as SqlValue));
  const found = await lookUp(
    query,
    changes,
    { terms: keyTerms(table, 't.'), values: valuesAt(key) },
    encoding,
  );
  const theirs = new Map(found.map(({ index, row }) => [index, row]));
  const at = piece.map((_, i) => theirs.get(i));
  if (!hasHiddenRowid(table)) return at.map((row) => ({ at: row, same: row, isNamed: true }));

  // A key with NULLs identifies no row: any number of rows may have it.
  const declared = declaredKey(table).map((name) => columns.indexOf(name));
  const isNamed = (change: RowChange): boolean =>
    declared.length > 0 && declared.every((i) => rowBefore(change)[i] !== null);
  const unnamed = (row: Row | undefined): Found => ({ at: row, same: row, isNamed: false });
  if (!piece.some(isNamed)) return at.map(unnamed);
  const terms = declaredKeyTerms(table, 't.');
  const named = await lookUp(query, changes, { terms, values: valuesAt(declared) }, encoding);
  const sameKey = new Map(named.map(({ index, row }) => [index, row]));
  return piece.map((change, i) =>
    isNamed(change) ? { at: at[i], same: sameKey.get(i), isNamed: true } : unnamed(at[i]),
  );
}

/** Returns the row by which a change finds its counterpart in another database. */
export function rowBefore(change: RowChange): Row {
  return change.kind === 'insert' ? change.new : change.old;
}

/** Checks whether two rows are the same. Either may be missing. */
export function isSame(a: Row | undefined, b: Row | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameRow(a, b);
}

/** Checks whether two rows of a table with hidden rowids are the same apart from these. Either may be missing. */
export function hasContent(a: Row | undefined, b: Row | undefined): boolean {
  return isSame(a?.slice(1), b?.slice(1));
}
