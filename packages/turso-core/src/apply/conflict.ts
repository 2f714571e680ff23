import type { TableChanges } from '../changeset/model';
import { declaredKey } from '../sqlite/schema/schema';
import type { SqlValue } from '../sqlite/values/values';
import type { Resolution } from './policy';

/**
 * The kind of a disagreement: what happened to the same row locally, then on the remote; or the rule of the remote that
 * forbids it.
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

/** One conflict: the reason why a push was refused. Rows are objects from column to value; null if there is no row. */
export interface Conflict {
  /** What happened on both sides. */
  readonly kind: ConflictKind;
  /** The table of the row, or the name of the object. */
  readonly table: string;
  /** The columns that people know the row by, with their values; null if the conflict is not about one row. */
  readonly key: ConflictRow | null;
  /** The columns whose values are in conflict. */
  readonly columns: readonly string[];
  /** The row in the base. */
  readonly old: ConflictRow | null;
  /** The row in the working copy. */
  readonly local: ConflictRow | null;
  /** The row on the remote now. */
  readonly remote: ConflictRow | null;
  /** The definition in conflict; null if the conflict is not about a definition. */
  readonly definition: ConflictDefinition | null;
  /** The conflict in one sentence. */
  readonly message: string;
  /** How the conflict was resolved, if the caller asked for it; null if it stands in the way. */
  readonly resolution: Resolution | null;
}

/** An object of the schema, with its CREATE statement on each side; null on a side without the object. */
export interface ConflictDefinition {
  /** The type of the object. */
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  /** The name of the object. */
  readonly name: string;
  /** The definition in the base. */
  readonly old: string | null;
  /** The definition in the working copy. */
  readonly local: string | null;
  /** The definition on the remote. */
  readonly remote: string | null;
  /** Whether no option of a pull resolves it, because only a person can decide. */
  readonly byHand: boolean;
}

/** Values by column. */
export type ConflictRow = Readonly<Record<string, SqlValue>>;

/** Makes a conflict of the given facts, and leaves everything else empty. */
export function conflictOf(
  known: Pick<Conflict, 'kind' | 'table' | 'message'> & Partial<Conflict>,
): Conflict {
  const nothing = { key: null, columns: [], old: null, local: null, remote: null };
  return { ...nothing, definition: null, resolution: null, ...known };
}

/** Returns a row as an object. */
export function rowObject(columns: readonly string[], row: readonly SqlValue[]): ConflictRow {
  return Object.fromEntries(columns.map((column, i) => [column, row[i] as SqlValue]));
}

/** Returns the columns that people know a row by: the declared key of its table, otherwise the rowid. */
export function keyObject({ table, columns, key }: TableChanges, row: readonly SqlValue[]): ConflictRow {
  const declared = declaredKey(table).map((name) => columns.indexOf(name));
  const isKnown = declared.length > 0 && declared.every((i) => row[i] !== null);
  const places = isKnown ? declared : key;
  return Object.fromEntries(places.map((i) => [columns[i] ?? '', row[i] as SqlValue]));
}
