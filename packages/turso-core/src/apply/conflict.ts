import type { SqlValue } from '../local/values';

/**
 * In what two sides disagree: what happened locally, then on the remote, to the same row; or what the remote's rules
 * forbid.
 */
export type ConflictKind =
  | 'update/update'
  | 'update/delete'
  | 'delete/update'
  | 'insert/insert'
  | 'unique'
  | 'foreign key'
  | 'check'
  | 'schema';

/** One conflict: why a push was refused. Rows are objects from column to value; null where there is no row. */
export interface Conflict {
  readonly kind: ConflictKind;
  readonly table: string;
  /** The columns that tell the row from others, with their values; null where it is not about one row. */
  readonly key: ConflictRow | null;
  /** The columns whose values are in conflict. */
  readonly columns: readonly string[];
  /** The row as it was when the snapshot was taken. */
  readonly old: ConflictRow | null;
  /** The row in the working copy. */
  readonly local: ConflictRow | null;
  /** The row on the remote now. */
  readonly remote: ConflictRow | null;
  /** What happened, as one sentence. */
  readonly message: string;
}

/** Values by column. */
export type ConflictRow = Readonly<Record<string, SqlValue>>;

/** A conflict of which nothing is known but what is given. */
export function conflictOf(
  known: Pick<Conflict, 'kind' | 'table' | 'message'> & Partial<Conflict>,
): Conflict {
  return { key: null, columns: [], old: null, local: null, remote: null, ...known };
}

/** A row as an object. */
export function rowObject(columns: readonly string[], row: readonly SqlValue[]): ConflictRow {
  return Object.fromEntries(columns.map((column, i) => [column, row[i] as SqlValue]));
}

/** The key of a row as an object. */
export function keyObject(
  { columns, key }: { readonly columns: readonly string[]; readonly key: readonly number[] },
  row: readonly SqlValue[],
): ConflictRow {
  return Object.fromEntries(key.map((i) => [columns[i] ?? '', row[i] as SqlValue]));
}
