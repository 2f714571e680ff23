import type { SchemaObject, Table } from '../../sqlite/schema/schema';
import type { Conflict } from '../conflict';
import type { Three } from './three';

/** A table of a merged schema, and what it is in each of the three databases that have it. */
export interface MergedTable {
  readonly name: string;
  readonly sql: string;
  readonly from: Three<SourceTable | null>;
}

/** A table of one database, and its columns by their names in the merged one, in lower case. */
export interface SourceTable {
  readonly table: Table;
  readonly columns: ReadonlyMap<string, string>;
}

/** The definitions of both sides in one. */
export interface MergedSchema {
  readonly tables: readonly MergedTable[];
  /** Its indexes, views and triggers, in the order in which they are made. */
  readonly objects: readonly SchemaObject[];
  /** What SQLite reads the tables' definitions as, by name. */
  readonly shapes: ReadonlyMap<string, Table>;
  /** In what the two sides contradict each other; those with a resolution are settled. */
  readonly conflicts: readonly Conflict[];
}
