/**
 * The limits of a push. Each rule is optional. In an environment of the config, a rule replaces the same rule at the
 * top. Null lifts a limit.
 */
export interface Policy {
  /** Maximum number of rows one push may delete, in all tables together. Default is null, no limit. */
  readonly maxDeletedRows?: number | null;
  /**
   * Maximum share of a table's rows one push may delete, in percent of its rows before, 0 to 100. Default is null, no
   * limit.
   */
  readonly maxDeletedPercent?: number | null;
  /**
   * Maximum number of rows one push may insert, update and delete, in all tables together. Default is null, no limit.
   */
  readonly maxChangedRows?: number | null;
  /**
   * Maximum number of rows the server may write for one push, index entries included, by the estimate before the push.
   * libSQL bills these rows. Default is null, no limit.
   */
  readonly maxRowsWritten?: number | null;
  /** Tables no push may change: no row, no definition, no index, no trigger. Default is none. */
  readonly protectedTables?: readonly string[];
  /** Columns, as `table.column`. No row may change them, and no definition may drop or rename them. Default is none. */
  readonly protectedColumns?: readonly string[];
  /** Whether a push needs a saved plan (`push --plan`). Default is false. */
  readonly requirePlan?: boolean;
  /** Kinds of changes to allow (true) or refuse (false). */
  readonly allow?: AllowedChanges;
}

/** Kinds of changes a {@link Policy} allows or refuses. */
export interface AllowedChanges {
  /** Whether a table of two or more rows may become empty. Default is false. */
  readonly deleteAllRows?: boolean;
  /** Whether a table with rows may be dropped. Default is false. */
  readonly dropTable?: boolean;
  /** Whether all of two or more tables may be dropped, as if the working copy were another file. Default is false. */
  readonly dropAllTables?: boolean;
  /** Whether a table may lose a column. Default is true. */
  readonly dropColumn?: boolean;
  /** Whether a table, an index, a view or a trigger may be created, changed or dropped. Default is true. */
  readonly changeSchema?: boolean;
}

/** The values if the config does not set them. They stop changes that are nearly always accidents. */
export const ALLOWED_BY_DEFAULT: Required<AllowedChanges> = {
  deleteAllRows: false,
  dropTable: false,
  dropAllTables: false,
  dropColumn: true,
  changeSchema: true,
};

/** The names of the kinds in `allow`. */
export const ALLOW_NAMES = Object.keys(ALLOWED_BY_DEFAULT) as readonly (keyof AllowedChanges)[];

/** The rules with their own value, and the kind of value. */
export const RULE_KINDS = {
  maxDeletedRows: 'count',
  maxDeletedPercent: 'percent',
  maxChangedRows: 'count',
  maxRowsWritten: 'count',
  protectedTables: 'names',
  protectedColumns: 'columns',
  requirePlan: 'boolean',
} as const satisfies Record<keyof Omit<Policy, 'allow'>, string>;

/** The name of a rule a plan can break; `check` means that each check passes. */
export type RuleName = keyof typeof RULE_KINDS | keyof AllowedChanges | 'check';

/** The names of all rules. */
export const RULE_NAMES = [...Object.keys(RULE_KINDS), ...ALLOW_NAMES, 'check'] as readonly RuleName[];

/** Merges the rules of an environment into those at the top of the config. */
export function mergePolicies(top: Policy = {}, own: Policy = {}): Policy {
  return { ...top, ...own, allow: { ...top.allow, ...own.allow } };
}
