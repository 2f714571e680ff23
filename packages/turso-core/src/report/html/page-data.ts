import type { DiffLine } from '../line-diff';

/**
 * A value in the page: a number is an INTEGER, a string is TEXT. The rest has one letter for its kind: `i` INTEGER beyond 2^53, `r`
 * REAL, `s` TEXT that was cut to this, `x` the first bytes of a BLOB and `u` of invalid text, in hexadecimal. `n` is the whole
 * length, in characters or bytes.
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

/** A deleted or a new row: the values of the block's columns, and how many such rows there are before and after, if they are counted. */
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

/** A conflict; a cell is null if there is no row on that side. */
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

/** A value, or that there is no row. */
export type PageCell = readonly [PageValue] | null;

/** All of the page but the rows; it stands behind them. */
export interface PageHead {
  readonly title: string;
  /** What is known of the plan, as `[name, text]`. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly hasPlan: boolean;
  /** Whether there is nothing to show. */
  readonly isNothing: boolean;
  readonly counts: readonly [number, number, number];
  readonly tables: readonly PageTable[];
  readonly definitions: readonly PageDefinition[];
  /** What else changes, a sentence each. */
  readonly others: readonly string[];
  readonly findings: readonly string[];
  /** Rules of the policy that the plan breaks, a sentence each, and what would allow it. */
  readonly broken: readonly string[];
  readonly conflicts: readonly PageConflict[];
  readonly conflictCount: number;
  /** What the page leaves out, a sentence each. */
  readonly leftOut: readonly string[];
}
