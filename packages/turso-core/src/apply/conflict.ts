import type { TableChanges } from '../changeset/model';
import { declaredKey } from '../sqlite/schema/schema';
import type { SqlValue } from '../sqlite/values/values';
import type { Resolution } from './policy';

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
  | 'virtual table'
  | 'schema';

/** One conflict: why a push was refused. Rows are objects from column to value; null where there is no row. */
export interface Conflict {
  readonly kind: ConflictKind;
  readonly table: string;
  /** The columns that people know the row by, with their values; null where it is not about one row. */
  readonly key: ConflictRow | null;
  /** The columns whose values are in conflict. */
  readonly columns: readonly string[];
  /** The row as it was when the snapshot was taken. */
  readonly old: ConflictRow | null;
  /** The row in the working copy. */
  readonly local: ConflictRow | null;
  /** The row on the remote now. */
  readonly remote: ConflictRow | null;
  /** The definition that it is about, where it is about one. */
  readonly definition: ConflictDefinition | null;
  /** What happened, as one sentence. */
  readonly message: string;
  /** How it was resolved, where that was asked for; null where it stands in the way. */
  readonly resolution: Resolution | null;
}

/** An object of the schema, and its CREATE statement on each side; null where there is none. */
export interface ConflictDefinition {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly old: string | null;
  readonly local: string | null;
  readonly remote: string | null;
  /** Whether no option of a pull resolves it, since only a person can say what is to become of it. */
  readonly byHand: boolean;
}

/** Values by column. */
export type ConflictRow = Readonly<Record<string, SqlValue>>;

/** A conflict of which nothing is known but what is given. */
export function conflictOf(
  known: Pick<Conflict, 'kind' | 'table' | 'message'> & Partial<Conflict>,
): Conflict {
  const nothing = { key: null, columns: [], old: null, local: null, remote: null };
  return { ...nothing, definition: null, resolution: null, ...known };
}

/** A row as an object. */
export function rowObject(columns: readonly string[], row: readonly SqlValue[]): ConflictRow {
  return Object.fromEntries(columns.map((column, i) => [column, row[i] as SqlValue]));
}

/** What people know a row by: the key that its table declares, else the rowid. */
export function keyObject({ table, columns, key }: TableChanges, row: readonly SqlValue[]): ConflictRow {
  const declared = declaredKey(table).map((name) => columns.indexOf(name));
  const isKnown = declared.length > 0 && declared.every((i) => row[i] !== null);
  const places = isKnown ? declared : key;
  return Object.fromEntries(places.map((i) => [columns[i] ?? '', row[i] as SqlValue]));
}
