import type { SchemaObject, Table } from '../sqlite/schema/schema';
import type { Understated } from './rows/understated';
import type { SqlValue } from '../sqlite/values/values';
import type { RowsInJson } from './rows/row-blobs';

/** What happens to a row. */
export type ChangeKind = 'delete' | 'update' | 'insert';

/** All kinds, in the order in which they are pushed. */
export const CHANGE_KINDS: readonly ChangeKind[] = ['delete', 'update', 'insert'];

/** One row's change; rows hold the values of {@link TableChanges.columns}. */
export type RowChange =
  | { readonly kind: 'delete'; readonly old: readonly SqlValue[]; readonly copies?: Copies }
  | { readonly kind: 'insert'; readonly new: readonly SqlValue[]; readonly copies?: Copies }
  | {
      readonly kind: 'update';
      readonly old: readonly SqlValue[];
      readonly new: readonly SqlValue[];
      /** Indexes into the columns whose values differ; never empty. */
      readonly changed: readonly number[];
    };

/** How many rows of the same content there are, in a table whose rows cannot be addressed; each content is one change. */
export interface Copies {
  readonly from: number;
  readonly to: number;
}

/** The rows of one table that changed. They are read anew at each call, and never all in memory. */
export interface TableChanges {
  /** The table as it is where the rows are written: before for deletes, after for updates and inserts. */
  readonly table: Table;
  /** The columns of every row, a hidden rowid included. */
  readonly columns: readonly string[];
  /** Indexes into the columns that tell a row from all others; empty where nothing does, and rows are counted. */
  readonly key: readonly number[];
  /**
   * Whether these rows are deleted before any definition changes: of tables that are dropped, and rows that a changed
   * definition has no room for as they were. The latter have a second entry of the same name, for the rows afterwards.
   */
  readonly beforeSchema: boolean;
  /** The rows of one kind, in the order of the key. */
  rows(kind: ChangeKind): Iterable<RowChange>;
  /** How many rows of one kind there are. */
  count(kind: ChangeKind): number;
  /**
   * How many rows of the first database have just these values, a hidden rowid left aside; `there` says how many the
   * database has that the changes are applied to.
   */
  countBefore?: (rows: readonly (readonly SqlValue[])[], there: readonly number[]) => readonly number[];
  /** Whether statistics make SQLite take the table for a small one, so that statements need another form. Default is not. */
  readonly understated?: Understated | null;
  /** Whether hidden rowids were numbered anew, so that rows had to be paired by something else. */
  isRenumbered?: () => boolean;
  /** The rows of one kind in pieces, rendered at once, or null where {@link rows} serves as well. */
  bulk(kind: ChangeKind, form: RowForm): Iterable<RowPiece> | null;
}

/**
 * As what rows are rendered. `rows` and `keys` are JSON arrays that SQLite reads back to the same values, `rows` of all
 * values of a row before a delete, after an insert, and for an update before it, and then the values that are set; `keys`
 * have of a row before only its key. `report` is what `changes.json` has. `outline` is for those who only ask how many rows
 * there are and what they set: the text may be empty.
 */
export type RowForm = 'rows' | 'keys' | 'report' | 'outline';

/** Some changed rows: as JSON with commas in between, or one by one where JSON does not hold them exactly. */
export type RowPiece =
  | (RowsInJson & {
      /** Indexes of the columns that updates set; those that a row does not change keep their value. */
      readonly set: readonly number[];
      /**
       * Indexes of the columns that `rows` of updates have of the row before them: the key, and what else need be as it was.
       * Default is all.
       */
      readonly known?: readonly number[];
      /**
       * The first and the last key, if no other row had a key in between, so that these two tell the rows; found out for deletes
       * by `keys`. Then the text is empty. Null otherwise.
       */
      readonly alone: readonly [first: readonly SqlValue[], last: readonly SqlValue[]] | null;
    })
  | {
      readonly count: number;
      /** Indexes of the columns that some of these updates change. */
      readonly set: readonly number[];
      /** They are read anew at each use. */
      readonly rows: Iterable<RowChange>;
    };

/** What happens to an object of the schema. A changed index, view or trigger goes and is made anew. */
export type SchemaChange = ObjectChange | TableAlteration;

/** An object of the schema that is made or goes. */
export interface ObjectChange {
  readonly action: 'create' | 'drop';
  readonly object: SchemaObject;
}

/** A new column, and the value that it has in all rows that were there before. */
export interface FilledColumn {
  readonly column: string;
  readonly value: SqlValue;
}

/** A table that gets another definition, or another name, and keeps its rows. */
export interface TableAlteration {
  readonly action: 'alter';
  /** The table as it becomes. */
  readonly object: SchemaObject;
  /** The table as it was. */
  readonly from: SchemaObject;
  /** Whether it is made anew, so that its indexes and triggers go with the old one. */
  readonly rebuilt: boolean;
  /** What does it, in SQL, once the rows of {@link TableChanges.beforeSchema} are gone. */
  readonly statements: readonly string[];
  /** New columns that the statements fill in all rows, since their DEFAULT cannot. Default is none. */
  readonly filled?: readonly FilledColumn[];
}

/** A value outside of all tables, before and after. */
export interface SettingChange<T> {
  readonly from: T;
  readonly to: T;
}

/** The last rowid that an AUTOINCREMENT table has given out; null where none is noted. */
export interface SequenceChange extends SettingChange<bigint | null> {
  readonly table: string;
}

/** A table whose foreign keys a change may break, and what is broken in the second database already. */
export interface ForeignKeyCheck {
  readonly table: string;
  /** The name of the column by which violations tell a row, or null where they do not. */
  readonly rowid: string | null;
  /** Rows as `PRAGMA foreign_key_check` gives them: they are meant, and no conflict. */
  readonly violations: readonly ForeignKeyViolation[];
}

/** A row without its parent; `rowid` is null for WITHOUT ROWID tables, `key` counts the table's foreign keys. */
export interface ForeignKeyViolation {
  readonly rowid: bigint | null;
  readonly parent: string;
  readonly key: bigint;
}

/** A setting of a full-text index, such as `automerge`; `from` is null where it was not set. */
export interface IndexSetting extends SettingChange<SqlValue> {
  readonly name: string;
}

/** What happens to a virtual table besides changes of its rows. */
export interface VirtualChange {
  readonly table: string;
  readonly module: string;
  /** Whether its rows are its own, and among the changed rows; else it is about other rows, or about none. */
  readonly content: 'own' | 'external' | 'none' | 'derived';
  readonly settings: readonly IndexSetting[];
  /** Whether its index is made anew from the table that it is about. */
  readonly rebuild: boolean;
  /**
   * The tables that it is stored in, where they are carried as they are. Their changed rows are among the others, and none
   * of them may have changed on the other side.
   */
  readonly shadows: readonly ShadowTable[];
  /** Columns, the rowid included, that are kept where it is dropped and made anew with another definition; else null. */
  readonly keeps: readonly string[] | null;
}

/** One of the tables that a virtual table is stored in, and how many rows it has; null where it does not exist. */
export interface ShadowTable extends SettingChange<number | null> {
  readonly name: string;
}

/**
 * The one kind of change between two databases: what has to happen to the first so that it equals the second. Rows are
 * streamed from the two files, so it is valid until it is closed.
 */
export interface Changeset {
  readonly schema: readonly SchemaChange[];
  readonly tables: readonly TableChanges[];
  readonly virtual: readonly VirtualChange[];
  readonly sequences: readonly SequenceChange[];
  readonly userVersion: SettingChange<number> | null;
  /** What differs and cannot be carried to a server, such as `application_id`, for people to read. */
  readonly notCarried: readonly string[];
  /** Full-text tables whose own index does not fit their rows, as another version of SQLite may have left it. Default is none. */
  readonly unfitIndexes?: readonly string[];
  /**
   * Definitions that the change relies on, as they were before: of all that it drops, of tables that it touches or puts
   * something on, and of triggers that have to be out of the way.
   */
  readonly expects: readonly SchemaObject[];
  /** Names of all tables that either database has. */
  readonly knownTables: readonly string[];
  /** Tables whose hidden rowids were numbered anew between the two, by VACUUM or the like. */
  readonly renumbered: readonly string[];
  /** Tables whose foreign keys are to be checked afterwards: the touched ones, and those that refer to them. */
  readonly foreignKeys: readonly ForeignKeyCheck[];
}
