/**
 * What a push may do. Each rule is optional. In an environment of the config, a rule takes the place of the same one at the top,
 * and null lifts a limit.
 */
export interface Policy {
  /** Rows that one push may delete, of all tables together. Default is null, no limit. */
  readonly maxDeletedRows?: number | null;
  /** Rows that one push may delete of a table, in percent of those that it had, 0 to 100. Default is null, no limit. */
  readonly maxDeletedPercent?: number | null;
  /** Rows that one push may insert, update and delete, of all tables together. Default is null, no limit. */
  readonly maxChangedRows?: number | null;
  /**
   * Rows that a server may write for one push, entries of indexes included, as it is estimated before: what libSQL bills. Default is
   * null, no limit.
   */
  readonly maxRowsWritten?: number | null;
  /** Tables of which nothing may change: no row, no definition, index or trigger. Default is none. */
  readonly protectedTables?: readonly string[];
  /** Columns, as `table.column`, that no row may change and no definition drop or rename. Default is none. */
  readonly protectedColumns?: readonly string[];
  /** Whether only saved plans are pushed (`push --plan`). Default is false. */
  readonly requirePlan?: boolean;
  /** Kinds of changes that are allowed (true) or refused (false). */
  readonly allow?: AllowedChanges;
}

/** Kinds of changes that a {@link Policy} allows or refuses. */
export interface AllowedChanges {
  /** That a table of two or more rows ends without any. Default is false. */
  readonly deleteAllRows?: boolean;
  /** That a table with rows is dropped. Default is false. */
  readonly dropTable?: boolean;
  /** That all of two or more tables are dropped, as if the working copy were another file. Default is false. */
  readonly dropAllTables?: boolean;
  /** That a table loses a column. Default is true. */
  readonly dropColumn?: boolean;
  /** That a table, an index, a view or a trigger is created, changed or dropped. Default is true. */
  readonly changeSchema?: boolean;
}

/** What is allowed if the config does not say. It stops what is nearly always an accident. */
export const ALLOWED_BY_DEFAULT: Required<AllowedChanges> = {
  deleteAllRows: false,
  dropTable: false,
  dropAllTables: false,
  dropColumn: true,
  changeSchema: true,
};

/** The names of the kinds in `allow`. */
export const ALLOW_NAMES = Object.keys(ALLOWED_BY_DEFAULT) as readonly (keyof AllowedChanges)[];

/** The rules that have a value of their own, and what that has to be. */
export const RULE_KINDS = {
  maxDeletedRows: 'count',
  maxDeletedPercent: 'percent',
  maxChangedRows: 'count',
  maxRowsWritten: 'count',
  protectedTables: 'names',
  protectedColumns: 'columns',
  requirePlan: 'boolean',
} as const satisfies Record<keyof Omit<Policy, 'allow'>, string>;

/** The name of a rule that a plan can break; `check` is that each check passes. */
export type RuleName = keyof typeof RULE_KINDS | keyof AllowedChanges | 'check';

/** The names of all rules. */
export const RULE_NAMES = [...Object.keys(RULE_KINDS), ...ALLOW_NAMES, 'check'] as readonly RuleName[];

/** The rules of an environment over those at the top of the config. */
export function mergePolicies(top: Policy = {}, own: Policy = {}): Policy {
  return { ...top, ...own, allow: { ...top.allow, ...own.allow } };
}
