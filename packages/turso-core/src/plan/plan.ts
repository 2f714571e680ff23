import type { ChangeKind, VirtualChange } from '../changeset/model';
import type { Counts } from '../changeset/summary';
import type { SchemaObject } from '../sqlite/schema/schema';
import type { JsonValue } from '../sqlite/values/json-value';
import type { SqlValue } from '../sqlite/values/values';

/** Version of the plan format; `docs/plan.md` describes it. Version 1 was called `turso-sync-changes`. */
export const PLAN_VERSION = 2 as const;

/**
 * The changes of a push, planned or done. `diff` finds them, a policy judges them, reports show them, and a push
 * applies and records them. Everything except the rows is here at once; {@link Plan.rows} streams the rows from the
 * plan's file.
 *
 * @example
 * ```ts
 * import { diff, loadProject } from 'turso-core';
 *
 * const { plan } = await diff(await loadProject());
 * console.log(plan.changes.total);
 * for await (const { kind, key, old, new: now } of plan.rows('contacts')) console.log(kind, key, old, now);
 * ```
 */
export interface Plan extends PlanHead {
  /**
   * Returns the changed rows of one table or of all, by table in the order of a push. They are read during iteration,
   * with little memory. You can iterate again.
   * Throws TABLE_NOT_FOUND for a table without changed rows that the plan does not name. Throws CHANGES_UNREADABLE if
   * the file is damaged or replaced by another.
   */
  rows(table?: string): AsyncIterable<PlanRow>;
}

/** A plan without its rows: the head of its file, and the output of `--json`. */
export interface PlanHead {
  /** Names the format. */
  readonly format: 'turso-sync-plan';
  /** Readers refuse a higher version. New keys may be added within a version. */
  readonly version: 2;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The remote's URL without credentials; null if a version 1 file does not have it. */
  readonly remote: string | null;
  /** The environment, or null for the one without a name. */
  readonly environment: string | null;
  /** The remote's state the changes start from; null if a version 1 file does not have it. */
  readonly base: PlanBase | null;
  /** Set in a plan saved by `diff` for a later push, else null. */
  readonly saved: SavedFor | null;
  /** Set in the record of a push, else null. */
  readonly pushed: PushedAs | null;
  /** Facts to know before a push, the most important first. */
  readonly findings: readonly Finding[];
  /** The cost of the push: an estimate, or in its record the real cost. Null if neither is known. */
  readonly cost: Cost | null;
  /** The verdict of the project's policy; null if the plan was not judged. */
  readonly verdict: Verdict | null;
  /** The changes in numbers and definitions. */
  readonly changes: PlanChanges;
}

/** The remote's state the changes start from. It is only a hint: a push is guarded by rows and definitions. */
export interface PlanBase {
  /** Time when it was taken from the remote, or last made equal to it by a push; ISO 8601. */
  readonly createdAt: string;
  /** The remote's fingerprint at that time, or null if it has none. */
  readonly fingerprint: string | null;
}

/** The origin of a saved plan, and its receipt. */
export interface SavedFor {
  /** Identifies the state folder of the working copy it was saved from. */
  readonly folder: string;
  /**
   * The receipt its push leaves on the remote, so it is pushed only once. Null if all its rows have a key, because a
   * second push would then change nothing. After an undo, it would make the changes again.
   */
  readonly receipt: string | null;
}

/** The facts in a push's record besides its changes. */
export interface PushedAs {
  /** If the push was an undo, the number of the push it took back; else null. */
  readonly undoes: number | null;
  /** Whether the base did not get all of its changes, as after pushing someone else's plan. */
  readonly notInBase: boolean;
  /** Tables with rows under other hidden rowids on the remote than in the plan. */
  readonly movedRowids: readonly string[];
}

/** The changes in numbers and definitions. */
export interface PlanChanges {
  /** Changed rows of all tables. */
  readonly total: Counts;
  /** Tables with changed rows. */
  readonly tables: readonly ({ readonly table: string } & Counts)[];
  /** Changed definitions, in the order of a push. */
  readonly schema: readonly DefinitionChange[];
  /** Changes to virtual tables besides their rows. */
  readonly virtual: readonly VirtualTableChange[];
  /** AUTOINCREMENT counters; null for a missing counter. */
  readonly sequences: readonly {
    readonly table: string;
    readonly from: JsonValue;
    readonly to: JsonValue;
  }[];
  /** The change of `user_version`, or null. */
  readonly userVersion: { readonly from: number; readonly to: number } | null;
  /** Differences that cannot be carried to a server. */
  readonly notCarried: readonly string[];
  /** Definitions a saved plan relies on, in the state before it; null in other plans. */
  readonly reliesOn: readonly SchemaObject[] | null;
}

/** The change of a definition. A changed index, view or trigger is dropped and created. */
export interface DefinitionChange {
  /** What happens to it. */
  readonly action: 'drop' | 'alter' | 'create';
  /** The type of the object. */
  readonly type: SchemaObject['type'];
  /** Its name, for a renamed table the new one. */
  readonly name: string;
  /** The table it belongs to; for a table, its own name. */
  readonly table: string;
  /** The former name of a renamed table; else null. */
  readonly renamedFrom: string | null;
  /** Its CREATE statement before; null if it is created. */
  readonly before: string | null;
  /** Its CREATE statement afterwards; null if it is dropped. */
  readonly after: string | null;
  /** Whether the push rebuilds the table and so rewrites each of its rows. */
  readonly rebuilt: boolean;
  /** The SQL statements that alter a table, for people: a push derives them from the definitions. */
  readonly statements: readonly string[];
  /**
   * New columns of a rebuilt table without a value from a DEFAULT, each with its value. Every existing row gets the
   * value, including other people's rows. Left out if there are none.
   */
  readonly filled?: readonly { readonly column: string; readonly value: JsonValue }[];
}

/** The change of a virtual table besides its rows; see `docs/virtual-tables.md`. */
export type VirtualTableChange = Omit<VirtualChange, 'settings'> & {
  /** Changed settings. */
  readonly settings: readonly { readonly name: string; readonly from: JsonValue; readonly to: JsonValue }[];
};

/** The subject of a finding. */
export type FindingCode =
  /** A difference a push does not carry. */
  | 'not-carried'
  /** A table or view is left out: the project's `exclude` names it, or another program keeps it for itself. */
  | 'left-out'
  /** The local full-text index does not fit its rows, so the remote builds its own. */
  | 'unfit-index'
  /** A table is rebuilt: each of its rows is rewritten. */
  | 'table-rebuilt'
  /** A full-text index is rebuilt. */
  | 'index-rebuilt'
  /** A trigger is set aside while the rows are written, and does not fire. */
  | 'trigger-set-aside'
  /** Rows got other hidden rowids, as after VACUUM, and were paired by content. */
  | 'rowids-renumbered';

/** A fact to know about a plan before it is pushed. */
export interface Finding {
  /** What it is about. */
  readonly code: FindingCode;
  /** The table concerned, or null. */
  readonly table: string | null;
  /** A sentence about it. It may contain names from the database, so escape it for display. */
  readonly message: string;
}

/** The cost of a push, in the units libSQL bills. */
export interface Cost {
  /** Rows the server reads. */
  readonly rowsRead: number;
  /** Rows the server writes. */
  readonly rowsWritten: number;
  /** The certainty: `measured` is the server's count, `at-most` an upper limit, `about` an estimate. */
  readonly certainty: 'measured' | 'at-most' | 'about';
}

/** The verdict of the project's policy on a plan. */
export interface Verdict {
  /** Whether the push may go. */
  readonly outcome: 'allowed' | 'refused';
  /** The rules that the plan breaks and that make it refused; empty if it is allowed. */
  readonly broken: readonly BrokenRule[];
  /** Other broken rules; an exception allows them. */
  readonly excepted: readonly BrokenRule[];
}

/** A rule of the policy broken by a plan. */
export interface BrokenRule {
  /** The name of the rule, such as `maxDeletedRows`. */
  readonly rule: string;
  /** The table concerned, or null. */
  readonly table: string | null;
  /** The plan's count, if the rule counts; else null. For a rule in percent, it is in rows. */
  readonly count: number | null;
  /** The rule's limit, if it counts; else null. */
  readonly limit: number | null;
  /** A sentence about the breach. It may contain names from the database, so escape it for display. */
  readonly message: string;
  /** The exception to allow it, in the format of `push --allow`, such as `dropTable:drafts`. */
  readonly exception: string;
}

/** A plan in a file: its head, then its rows. */
export interface PlanFile extends PlanHead {
  /** The changed rows by table, in the order of a push. */
  readonly rows: readonly PlanTable[];
}

/** The changed rows of one table in a file. Kinds without rows are left out. */
export interface PlanTable {
  /** The name of the table. */
  readonly table: string;
  /** The columns of every row, in order; a hidden rowid comes first, under its name. */
  readonly columns: readonly string[];
  /** The columns that identify a row; empty if nothing tells rows apart, and they are counted. */
  readonly key: readonly string[];
  /** Set if these rows are deleted before the definitions change, because the new definitions have no room for them. */
  readonly beforeSchema?: true;
  /** Deleted rows. */
  readonly delete?: readonly PlanTableRow[];
  /** Updated rows. */
  readonly update?: readonly PlanUpdate[];
  /** Inserted rows. */
  readonly insert?: readonly PlanTableRow[];
}

/** A row, or the content of a row with its number of copies before and after. */
export type PlanTableRow =
  | readonly JsonValue[]
  /** A row that nothing tells apart from others, and how often it is there. */
  | { readonly row: readonly JsonValue[]; readonly copies: readonly [from: number, to: number] };

/** An updated row in a file. */
export interface PlanUpdate {
  /** The values of the key before. */
  readonly key: readonly JsonValue[];
  /** The old and the new value of each changed column. */
  readonly set: Readonly<Record<string, readonly [from: JsonValue, to: JsonValue]>>;
  /** The whole row before. */
  readonly row?: readonly JsonValue[];
}

/** Values by column. */
export type PlanValues = Readonly<Record<string, SqlValue>>;

/** One changed row, with exact values: INTEGER is a bigint, REAL a number, TEXT a string, BLOB a Uint8Array. */
export interface PlanRow {
  /** How the row changed. */
  readonly kind: ChangeKind;
  /** The name of its table. */
  readonly table: string;
  /** The columns that identify the row, with their values before; empty if nothing tells rows apart. */
  readonly key: PlanValues;
  /** The columns changed by an update; empty for other kinds. */
  readonly columns: readonly string[];
  /**
   * The row before; null for an insert. An update has at least the key and the changed columns, and in a saved plan all
   * columns.
   */
  readonly old: PlanValues | null;
  /** The row afterwards, with the same columns; null for a delete. */
  readonly new: PlanValues | null;
  /** Number of rows with this content, before and after, in a table whose rows nothing tells apart. */
  readonly copies?: { readonly from: number; readonly to: number };
}
