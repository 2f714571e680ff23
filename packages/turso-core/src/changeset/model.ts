import type { SchemaObject, Table } from '../sqlite/schema/schema';
import type { Understated } from './rows/understated';
import type { SqlValue } from '../sqlite/values/values';
import type { Condition } from './rows/key-span';
import type { RowsInJson } from './rows/row-blobs';

/** The change of a row. */
export type ChangeKind = 'delete' | 'update' | 'insert';

/** All kinds, in the order of a push. */
export const CHANGE_KINDS: readonly ChangeKind[] = ['delete', 'update', 'insert'];

/** The kind of change that takes back one of another kind. */
export const INVERSE_KIND = { delete: 'insert', update: 'update', insert: 'delete' } as const;

/** One row's change. Rows hold the values of {@link TableChanges.columns}. */
export type RowChange =
  | { readonly kind: 'delete'; readonly old: readonly SqlValue[]; readonly copies?: Copies }
  | { readonly kind: 'insert'; readonly new: readonly SqlValue[]; readonly copies?: Copies }
  | {
      readonly kind: 'update';
      readonly old: readonly SqlValue[];
      readonly new: readonly SqlValue[];
      /** Indexes of the columns with differing values. Never empty. */
      readonly changed: readonly number[];
    };

/** The number of rows with the same content, in a table without addressable rows. Each content is one change. */
export interface Copies {
  readonly from: number;
  readonly to: number;
}

/** The changed rows of one table. They are read again at each call, and never all in memory. */
export interface TableChanges {
  /** The table at the time its rows are written: before for deletes, after for updates and inserts. */
  readonly table: Table;
  /** The columns of every row, including a hidden rowid. */
  readonly columns: readonly string[];
  /** Indexes of the columns that tell a row from all others. Empty if nothing does, and then rows are counted. */
  readonly key: readonly number[];
  /**
   * Whether these rows are deleted before any definition changes: rows of dropped tables, and rows that do not fit a
   * changed definition. The latter have a second entry of the same name, for the rows afterwards.
   */
  readonly beforeSchema: boolean;
  /** Returns the rows of one kind, in the order of the key. */
  rows(kind: ChangeKind): Iterable<RowChange>;
  /** Returns the number of rows of one kind. */
  count(kind: ChangeKind): number;
  /**
   * Returns how many rows of the first database have exactly these values, apart from a hidden rowid. `there` has the
   * numbers in the database to be changed.
   */
  countBefore?: (rows: readonly (readonly SqlValue[])[], there: readonly number[]) => readonly number[];
  /** Whether statistics make a large table look small to SQLite, so statements need another form. Default is not. */
  readonly understated?: Understated | null;
  /** Whether hidden rowids were renumbered, so rows had to be paired by another feature. */
  isRenumbered?: () => boolean;
  /** Returns the rows of one kind in pieces, rendered at once. Null if {@link rows} serves as well. */
  bulk(kind: ChangeKind, form: RowForm): Iterable<RowPiece> | null;
}

/**
 * A form of rendered rows. `rows` and `keys` are JSON arrays that SQLite reads back to the same values. `rows` has all
 * values of a row: before a delete, and after an insert. For an update it has those before, then the set values. `keys`
 * has only the key of a row before. `report` is the form of `changes.json`. `outline` is for callers that only need the
 * number of rows and the set columns: its text may be empty. `files` has a query instead of text.
 */
export type RowForm = 'rows' | 'keys' | 'report' | 'outline' | 'files';

/** Some changed rows: as JSON with commas in between, or one by one if JSON cannot hold them exactly. */
export type RowPiece =
  | (RowsInJson & {
      /** Indexes of the columns that updates set. Those that a row does not change keep their value. */
      readonly set: readonly number[];
      /**
       * For `rows` of updates, indexes of the columns with values from before: the key, and other columns that must be
       * unchanged. Default is all.
       */
      readonly known?: readonly number[];
      /**
       * The first and the last key, if no other row had a key in between. These two then identify the rows, and the
       * text is empty. Determined for deletes by `keys`. Null otherwise.
       */
      readonly alone: readonly [first: readonly SqlValue[], last: readonly SqlValue[]] | null;
      /**
       * For `files`, a query for the rows with the columns of `rows`. The connection has the two databases attached, as
       * `BEFORE` and `AFTER`.
       */
      readonly query?: Condition;
    })
  | {
      readonly count: number;
      /** Indexes of the columns that some of these updates change. */
      readonly set: readonly number[];
      /** They are read again at each use. */
      readonly rows: Iterable<RowChange>;
    };

/** The change of a schema object. A changed index, view or trigger is dropped and recreated. */
export type SchemaChange = ObjectChange | TableAlteration;

/** A schema object that is created or dropped. */
export interface ObjectChange {
  readonly action: 'create' | 'drop';
  readonly object: SchemaObject;
}

/** A new column, with its value in all rows from before. */
export interface FilledColumn {
  readonly column: string;
  readonly value: SqlValue;
}

/** A table with another definition or another name that keeps its rows. */
export interface TableAlteration {
  readonly action: 'alter';
  /** The table after the change. */
  readonly object: SchemaObject;
  /** The table before the change. */
  readonly from: SchemaObject;
  /** Whether it is rebuilt, so its indexes and triggers go with the old one. */
  readonly rebuilt: boolean;
  /** The SQL of the change, for after the rows of {@link TableChanges.beforeSchema} are gone. */
  readonly statements: readonly string[];
  /** New columns that the statements fill in all rows, since their DEFAULT cannot. Default is none. */
  readonly filled?: readonly FilledColumn[];
}

/** A value outside of all tables, before and after. */
export interface SettingChange<T> {
  /** The value before. */
  readonly from: T;
  /** The value afterwards. */
  readonly to: T;
}

/** The last rowid given out by an AUTOINCREMENT table. Null if none is noted. */
export interface SequenceChange extends SettingChange<bigint | null> {
  readonly table: string;
}

/** A table whose foreign keys a change may break, with its existing violations in the second database. */
export interface ForeignKeyCheck {
  readonly table: string;
  /** The name of the column that identifies a row in violations, or null if they do not identify one. */
  readonly rowid: string | null;
  /** Rows from `PRAGMA foreign_key_check`. They are intended, and not a conflict. */
  readonly violations: readonly ForeignKeyViolation[];
}

/** A row without its parent. `rowid` is null for WITHOUT ROWID tables, `key` counts the table's foreign keys. */
export interface ForeignKeyViolation {
  readonly rowid: bigint | null;
  readonly parent: string;
  readonly key: bigint;
}

/** A setting of a full-text index, such as `automerge`. `from` is null if it was not set. */
export interface IndexSetting extends SettingChange<SqlValue> {
  /** The name of the setting. */
  readonly name: string;
}

/** The change of a virtual table besides its rows. */
export interface VirtualChange {
  /** Its name. */
  readonly table: string;
  /** Its module, such as `fts5`. */
  readonly module: string;
  /** Whether its rows are its own, and among the changed rows. Otherwise it is about other rows, or about none. */
  readonly content: 'own' | 'external' | 'none' | 'derived';
  /** Changed settings. */
  readonly settings: readonly IndexSetting[];
  /** Whether its index is rebuilt from its source table. */
  readonly rebuild: boolean;
  /**
   * Its storage tables, if they are carried in their stored form. Their changed rows are among the others, and none of
   * them may have changed on the other side.
   */
  readonly shadows: readonly ShadowTable[];
  /** Columns to keep, including the rowid, if it is recreated with another definition. Null otherwise. */
  readonly keeps: readonly string[] | null;
}

/** A storage table of a virtual table, with its number of rows. Null if it does not exist. */
export interface ShadowTable extends SettingChange<number | null> {
  /** The name of the storage table. */
  readonly name: string;
}

/**
 * The one kind of change between two databases: the steps that make the first equal to the second. Rows are streamed
 * from the two files, so it is valid until it is closed.
 */
export interface Changeset {
  readonly schema: readonly SchemaChange[];
  readonly tables: readonly TableChanges[];
  readonly virtual: readonly VirtualChange[];
  readonly sequences: readonly SequenceChange[];
  readonly userVersion: SettingChange<number> | null;
  /** Differences that cannot be carried to a server, such as `application_id`, for people to read. */
  readonly notCarried: readonly string[];
  /**
   * Full-text tables whose own index does not fit their rows. Another version of SQLite may have left it so. Default is
   * none.
   */
  readonly unfitIndexes?: readonly string[];
  /**
   * Definitions that the change relies on, in their state before. They are those of all dropped objects, of tables that
   * it touches or adds an object to, and of triggers that must be out of the way.
   */
  readonly expects: readonly SchemaObject[];
  /** Names of all tables in either database. */
  readonly knownTables: readonly string[];
  /** Tables whose hidden rowids were renumbered between the two, for example by VACUUM. */
  readonly renumbered: readonly string[];
  /** Tables whose foreign keys need a check afterwards: the touched ones, and those that refer to them. */
  readonly foreignKeys: readonly ForeignKeyCheck[];
}
