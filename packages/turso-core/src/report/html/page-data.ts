import type { DiffLine } from '../line-diff';

/**
 * A value in the page. A number is an INTEGER, a string is TEXT. Other values have one letter for their kind: `i` is an
 * INTEGER beyond 2^53, `r` a REAL, `s` a TEXT cut to this string. `x` has the first bytes of a BLOB and `u` those of
 * invalid text, in hexadecimal. `n` is the whole length, in characters or bytes.
 */
export type PageValue =
  | null
  | number
  | string
  | { readonly i: string }
  | { readonly r: string }
  | { readonly s: string; readonly n: number }
  | { readonly x: string; readonly n: number }
  | { readonly u: string; readonly n: number };

/** 0 is a deleted row, 1 an updated one, 2 a new one. */
export type PageKind = 0 | 1 | 2;

/**
 * A deleted or a new row: the values of the block's columns. For counted rows, their number before and after follows.
 */
export type WholeRow = readonly (PageValue | readonly [from: number, to: number])[];

/** An updated row: changed columns with both values, and the other known values as `[column, value]`. */
export type UpdatedRow = readonly [
  columns: readonly number[],
  old: readonly PageValue[],
  now: readonly PageValue[],
  others: readonly (readonly [column: number, value: PageValue])[],
];

/** Some rows of one kind of a table. Columns are numbers in the table's list. */
export interface RowBlock {
  readonly table: number;
  readonly kind: PageKind;
  readonly columns: readonly number[];
  readonly rows: readonly (WholeRow | UpdatedRow)[];
}

/** A table with changed rows. */
export interface PageTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly key: readonly number[];
  /** Deleted, updated and new rows, in the plan. */
  readonly counts: readonly [number, number, number];
  /** How many of these are in the page. */
  readonly shown: readonly [number, number, number];
}

/** A changed definition. */
export interface PageDefinition {
  readonly title: string;
  readonly lines: readonly DiffLine[];
  readonly statements: readonly string[];
}

/** A conflict. A cell is null if there is no row on that side. */
export interface PageConflict {
  readonly title: string;
  readonly table: string;
  readonly kind: string;
  readonly message: string;
  readonly resolution: string | null;
  readonly cells: readonly {
    readonly column: string;
    readonly values: readonly [old: PageCell, local: PageCell, remote: PageCell];
  }[];
  readonly definitions: readonly { readonly label: string; readonly lines: readonly DiffLine[] }[];
}

/** A value, or null for a missing row. */
export type PageCell = readonly [PageValue] | null;

/** Everything in the page except the rows. It comes after them. */
export interface PageHead {
  readonly title: string;
  /** The known facts of the plan, as `[name, text]`. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly hasPlan: boolean;
  /** Whether there is nothing to show. */
  readonly isNothing: boolean;
  readonly counts: readonly [number, number, number];
  readonly tables: readonly PageTable[];
  readonly definitions: readonly PageDefinition[];
  /** Other changes, a sentence each. */
  readonly others: readonly string[];
  readonly findings: readonly string[];
  /** The broken rules of the policy, a sentence each, and the ways to allow the plan. */
  readonly broken: readonly string[];
  readonly conflicts: readonly PageConflict[];
  readonly conflictCount: number;
  /** The omissions of the page, a sentence each. */
  readonly leftOut: readonly string[];
}
