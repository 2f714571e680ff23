import type { ChangeKind, VirtualChange } from '../changeset/model';
import type { Counts } from '../changeset/summary';
import type { SchemaObject } from '../sqlite/schema/schema';
import type { JsonValue } from '../sqlite/values/json-value';
import type { SqlValue } from '../sqlite/values/values';

/** Version of the format of plans; `docs/plan.md` describes it. Version 1 was called `turso-sync-changes`. */
export const PLAN_VERSION = 2 as const;

/**
 * What a push does, or did: `diff` finds it, a policy judges it, reports show it, a push carries it out and records it.
 * Everything but the rows is here at once; {@link Plan.rows} streams them from the file that holds the plan.
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
   * The changed rows, by table in the order of a push, of one table or of all. They are read while you iterate, with little
   * memory, and may be iterated again. Throws TABLE_NOT_FOUND for a table without changed rows that the plan does not name, and
   * CHANGES_UNREADABLE if the file is damaged or another one has taken its place.
   */
  rows(table?: string): AsyncIterable<PlanRow>;
}

/** A plan without its rows: what stands at the head of its file, and what `--json` prints. */
export interface PlanHead {
  readonly format: 'turso-sync-plan';
  /** A reader refuses a higher one; new keys may be added within a version. */
  readonly version: typeof PLAN_VERSION;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The remote's URL without credentials; null if version 1 does not tell. */
  readonly remote: string | null;
  /** The environment, or null for the one without a name. */
  readonly environment: string | null;
  /** The state of the remote that the changes start from; null if version 1 does not tell. */
  readonly base: PlanBase | null;
  /** Set in a plan that `diff` saved to be pushed later, else null. */
  readonly saved: SavedFor | null;
  /** Set in the record of a push, else null. */
  readonly pushed: PushedAs | null;
  /** What is worth knowing before a push, the most important first. */
  readonly findings: readonly Finding[];
  /** What the push costs, or, in its record, has cost; null if nobody has estimated or counted it. */
  readonly cost: Cost | null;
  /** What the project's policy says about the plan; null if nothing has judged it. */
  readonly verdict: Verdict | null;
  readonly changes: PlanChanges;
}

/** The state of the remote that changes start from. It is a hint: rows and definitions are what a push is guarded by. */
export interface PlanBase {
  /** When it was taken from the remote, or last made equal to it by a push; ISO 8601. */
  readonly createdAt: string;
  /** The remote's mark at that time, or null if it has none. */
  readonly fingerprint: string | null;
}

/** What a saved plan is for. */
export interface SavedFor {
  /** Tells the state folder of the working copy that it was saved from. */
  readonly folder: string;
  /**
   * The receipt that its push leaves on the remote, so that it is pushed only once. Null if all of its rows have a key, since a
   * second push would change nothing then.
   */
  readonly receipt: string | null;
}

/** What the record of a push tells beside what it changed. */
export interface PushedAs {
  /** The number of the push that it took back, if it was an undo; else null. */
  readonly undoes: number | null;
  /** Whether the base did not get all of its changes, as if a plan of someone else was pushed. */
  readonly notInBase: boolean;
  /** Tables in which rows have other hidden rowids on the remote than the plan says. */
  readonly movedRowids: readonly string[];
}

/** What changes, in numbers and definitions. */
export interface PlanChanges {
  readonly total: Counts;
  /** Tables with changed rows. */
  readonly tables: readonly ({ readonly table: string } & Counts)[];
  /** Changed definitions, in the order of a push. */
  readonly schema: readonly DefinitionChange[];
  /** What happens to virtual tables besides their rows. */
  readonly virtual: readonly VirtualTableChange[];
  /** AUTOINCREMENT counters; null if there is none. */
  readonly sequences: readonly {
    readonly table: string;
    readonly from: JsonValue;
    readonly to: JsonValue;
  }[];
  readonly userVersion: { readonly from: number; readonly to: number } | null;
  /** What differs and cannot be carried to a server. */
  readonly notCarried: readonly string[];
  /** Definitions that a saved plan relies on, as they are before it; null in other plans. */
  readonly reliesOn: readonly SchemaObject[] | null;
}

/** What happens to a definition. A changed index, view or trigger is dropped and created. */
export interface DefinitionChange {
  readonly action: 'drop' | 'alter' | 'create';
  readonly type: SchemaObject['type'];
  readonly name: string;
  /** The table that it belongs to; of a table its own name. */
  readonly table: string;
  /** The former name of a table that is renamed; else null. */
  readonly renamedFrom: string | null;
  /** Its CREATE statement before; null if it is created. */
  readonly before: string | null;
  /** Its CREATE statement afterwards; null if it is dropped. */
  readonly after: string | null;
  /** Whether a table is rebuilt, so that each of its rows is written anew. */
  readonly rebuilt: boolean;
  /** What alters a table, in SQL, for people: a push derives it from the definitions. */
  readonly statements: readonly string[];
  /**
   * New columns of a rebuilt table that its DEFAULT has no value for, each with the value that it gets in every row that was there,
   * other people's rows included. Left out if there are none.
   */
  readonly filled?: readonly { readonly column: string; readonly value: JsonValue }[];
}

/** What happens to a virtual table besides its rows; see `docs/virtual-tables.md`. */
export type VirtualTableChange = Omit<VirtualChange, 'settings'> & {
  readonly settings: readonly { readonly name: string; readonly from: JsonValue; readonly to: JsonValue }[];
};

/** What a finding is about. */
export type FindingCode =
  /** It differs and a push does not carry it. */
  | 'not-carried'
  /** A table or view is left out: the project's `exclude` names it, or another program keeps it for itself. */
  | 'left-out'
  /** The remote indexes rows in its own way, since the full-text index here does not fit them. */
  | 'unfit-index'
  /** A table is rebuilt: each of its rows is written anew. */
  | 'table-rebuilt'
  /** A full-text index is rebuilt. */
  | 'index-rebuilt'
  /** A trigger is put aside while the rows are written, and does not fire. */
  | 'trigger-set-aside'
  /** Rows got other hidden rowids, as by VACUUM, and were paired by their content. */
  | 'rowids-renumbered';

/** Something about a plan that is worth knowing before it is pushed. */
export interface Finding {
  readonly code: FindingCode;
  /** The table that it is about, or null. */
  readonly table: string | null;
  /** What it is, in one sentence. It may hold names from the database, so escape it where it is shown. */
  readonly message: string;
}

/** What a push costs, in the units that libSQL bills. */
export interface Cost {
  /** Rows that the server reads. */
  readonly rowsRead: number;
  /** Rows that the server writes. */
  readonly rowsWritten: number;
  /** How sure that is: counted by the server, at most so many, or about so many. */
  readonly certainty: 'measured' | 'at-most' | 'about';
}

/** What the project's policy says about a plan. */
export interface Verdict {
  readonly outcome: 'allowed' | 'refused';
  /** The rules that the plan breaks, and why it is refused; empty if it is allowed. */
  readonly broken: readonly BrokenRule[];
  /** The rules that it breaks as well, and that an exception allows. */
  readonly excepted: readonly BrokenRule[];
}

/** A rule of the policy that a plan breaks. */
export interface BrokenRule {
  /** The name of the rule, such as `maxDeletedRows`. */
  readonly rule: string;
  /** The table that it is about, or null. */
  readonly table: string | null;
  /** What the plan has, if the rule counts; else null. Of a rule in percent, rows. */
  readonly count: number | null;
  /** What the rule allows, if it counts; else null. */
  readonly limit: number | null;
  /** What is broken, in one sentence. It may hold names from the database, so escape it where it is shown. */
  readonly message: string;
  /** The exception that allows it, as `push --allow` takes it, such as `dropTable:drafts`. */
  readonly exception: string;
}

/** A plan in a file: its head, then its rows. */
export interface PlanFile extends PlanHead {
  /** The changed rows by table, in the order of a push. */
  readonly rows: readonly PlanTable[];
}

/** The changed rows of one table in a file. Kinds without rows are left out. */
export interface PlanTable {
  readonly table: string;
  /** The columns of every row, in order; a hidden rowid comes first, under its name. */
  readonly columns: readonly string[];
  /** The columns that tell a row from the others; empty if nothing does, and rows are counted. */
  readonly key: readonly string[];
  /** Set if these rows are deleted before the definitions change, which have no room for them. */
  readonly beforeSchema?: true;
  readonly delete?: readonly PlanTableRow[];
  readonly update?: readonly PlanUpdate[];
  readonly insert?: readonly PlanTableRow[];
}

/** A row, or the content of a row and how many of these there are, before and after. */
export type PlanTableRow =
  | readonly JsonValue[]
  | { readonly row: readonly JsonValue[]; readonly copies: readonly [from: number, to: number] };

/** An updated row in a file. */
export interface PlanUpdate {
  /** The values of the key before. */
  readonly key: readonly JsonValue[];
  /** Of each changed column the old and the new value. */
  readonly set: Readonly<Record<string, readonly [from: JsonValue, to: JsonValue]>>;
  /** The whole row before. */
  readonly row?: readonly JsonValue[];
}

/** Values by column. */
export type PlanValues = Readonly<Record<string, SqlValue>>;

/** One changed row, with exact values: INTEGER is a bigint, REAL a number, TEXT a string, BLOB a Uint8Array. */
export interface PlanRow {
  readonly kind: ChangeKind;
  readonly table: string;
  /** The columns that tell the row from others, with their values before; empty if nothing tells it. */
  readonly key: PlanValues;
  /** The columns that an update changes; empty for other kinds. */
  readonly columns: readonly string[];
  /**
   * The row before; null for an insert. Of an update at least the key and the changed columns, and all columns in a saved
   * plan.
   */
  readonly old: PlanValues | null;
  /** The row afterwards, with the same columns; null for a delete. */
  readonly new: PlanValues | null;
  /** How many rows of this content there are, before and after, in a table whose rows nothing tells apart. */
  readonly copies?: { readonly from: number; readonly to: number };
}
