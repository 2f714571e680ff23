import type { SchemaObject, Table } from '../../sqlite/schema/schema';
import type { Conflict } from '../conflict';
import type { Three } from './three';

/** A table of a merged schema, with its form in each of the three databases. */
export interface MergedTable {
  readonly name: string;
  readonly sql: string;
  readonly from: Three<SourceTable | null>;
}

/** A table of one database, and its columns by their merged names, in lower case. */
export interface SourceTable {
  readonly table: Table;
  readonly columns: ReadonlyMap<string, string>;
}

/** The definitions of both sides in one. */
export interface MergedSchema {
  readonly tables: readonly MergedTable[];
  /** Its indexes, views and triggers, in the order of their creation. */
  readonly objects: readonly SchemaObject[];
  /** SQLite's reading of the table definitions, by name. */
  readonly shapes: ReadonlyMap<string, Table>;
  /** The contradictions of the two sides; those with a resolution are settled. */
  readonly conflicts: readonly Conflict[];
}
