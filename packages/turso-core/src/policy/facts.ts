import type { Changeset, SchemaChange, TableChanges } from '../changeset/model';
import { carriedColumns } from '../changeset/schema/carried-columns';
import { openReadOnly, using } from '../sqlite/files/open';
import { readSchema, type Schema } from '../sqlite/schema/schema';
import { quoteName } from '../sqlite/values/quote';
import type { Judged } from './judge';

/** The facts for the rules of a policy. */
export interface Facts {
  readonly schema: readonly SchemaChange[];
  /** The tables with changed rows. */
  readonly tables: readonly TableFacts[];
  /** Dropped tables without a successor of the same name. */
  readonly dropped: readonly string[];
  /** Whether all tables are dropped, and there are two or more. */
  readonly dropsAll: boolean;
  /** Columns that tables lose or rename. */
  readonly columns: readonly LostColumns[];
  /** Whether nothing changes. */
  readonly isEmpty: boolean;
}

/** The changes to the rows of one table. */
export interface TableFacts {
  /** Its name afterwards. */
  readonly table: string;
  /** Its name before. */
  readonly from: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Counts its rows before the changes. */
  rowsBefore(): number;
  /** Checks whether it has no rows afterwards. */
  isEmptyAfter(): boolean;
  /** The columns of its rows. */
  readonly columns: readonly string[];
  /** Counts the rows with another value in a column. */
  updatedIn(column: string): number;
}

/** Columns a table had and no longer has. */
export interface LostColumns {
  readonly table: string;
  readonly from: string;
  readonly dropped: readonly string[];
  /** Columns with a new name. */
  readonly renamed: readonly string[];
  /** Whether the table itself is gone. */
  readonly isGone: boolean;
}

/** Finds the facts for the rules. Expensive queries of the databases run only on demand. */
export function findFacts({ changeset, before, after }: Judged): Facts {
  const { schema, tables, virtual, sequences, userVersion } = changeset;
  const schemaOf = (file: string): Schema => using(openReadOnly(file), (db) => readSchema(db));
  // The rows in an index's storage tables belong to nobody.
  const shadows = new Set(virtual.flatMap((v) => v.shadows.map((s) => s.name)));
  const names = [...new Set(tables.map((t) => t.table.name))].filter((name) => !shadows.has(name));
  const alterations = schema.filter((c) => c.action === 'alter');
  const dropped = droppedTables(schema);
  return {
    schema,
    tables: names.map((name) => {
      const from = alterations.find((c) => c.object.name === name)?.from.name ?? name;
      return tableFacts({ name, from, changes: tables.filter((t) => t.table.name === name), before, after });
    }),
    dropped,
    dropsAll: dropped.length > 1 && countTables(schemaOf(before)) === dropped.length,
    columns: schema.some(losesColumns) ? lostColumns(schema, schemaOf(before), schemaOf(after)) : [],
    isEmpty: [schema, tables, virtual, sequences].every((list) => list.length === 0) && userVersion === null,
  };
}

function droppedTables(schema: Changeset['schema']): string[] {
  const created = new Set(
    schema.filter((c) => c.action === 'create' && c.object.type === 'table').map((c) => c.object.name),
  );
  return schema
    .filter((c) => c.action === 'drop' && c.object.type === 'table')
    .map((c) => c.object.name)
    .filter((name) => !created.has(name));
}

function countTables({ tables }: Schema): number {
  return [...tables.values()].filter((t) => t.kind !== 'shadow').length;
}

function tableFacts({
  name,
  from,
  changes,
  before,
  after,
}: {
  readonly name: string;
  readonly from: string;
  readonly changes: readonly TableChanges[];
  readonly before: string;
  readonly after: string;
}): TableFacts {
  const total = (count: (one: TableChanges) => number): number => changes.reduce((n, c) => n + count(c), 0);
  return {
    table: name,
    from,
    inserted: total((c) => changedRows(c, 'insert')),
    updated: total((c) => c.count('update')),
    deleted: total((c) => changedRows(c, 'delete')),
    rowsBefore: () => Number(valueOf(before, `SELECT count(*) FROM main.${quoteName(from)}`)),
    isEmptyAfter: () => valueOf(after, `SELECT 1 FROM main.${quoteName(name)} LIMIT 1`) === undefined,
    columns: [...new Set(changes.flatMap((c) => c.columns))],
    updatedIn: (column) => total((c) => countUpdates(c, column)),
  };
}

function valueOf(file: string, query: string): unknown {
  return using(openReadOnly(file), (db) => db.prepare(query).pluck().get());
}

/** Counts changed rows. Rows nothing tells apart are listed by content, each with its number of copies. */
function changedRows(changes: TableChanges, kind: 'insert' | 'delete'): number {
  if (changes.key.length > 0) return changes.count(kind);
  let rows = 0;
  for (const change of changes.rows(kind))
    if (change.kind !== 'update')
      rows += change.copies === undefined ? 1 : Math.abs(change.copies.to - change.copies.from);
  return rows;
}

function countUpdates(changes: TableChanges, column: string): number {
  const at = changes.columns.indexOf(column);
  if (at === -1) return 0;
  let rows = 0;
  for (const change of changes.rows('update'))
    if (change.kind === 'update' && change.changed.includes(at)) rows++;
  return rows;
}

function losesColumns({ action, object }: SchemaChange): boolean {
  return action !== 'create' && object.type === 'table';
}

function lostColumns(changes: readonly SchemaChange[], before: Schema, after: Schema): LostColumns[] {
  return changes.filter(losesColumns).flatMap((change) => {
    const { name } = change.object;
    const from = change.action === 'alter' ? change.from.name : name;
    const [old, now] = [before.tables.get(from), after.tables.get(name)];
    if (old === undefined) return [];
    const carried = change.action === 'alter' && now !== undefined ? carriedColumns(old, now) : [];
    const has = (column: string): boolean => now?.columns.some((c) => c.name === column) === true;
    const lost = old.columns.map((c) => c.name).filter((column) => !has(column));
    const isRenamed = (column: string): boolean => carried.some((c) => c.from === column);
    return [
      {
        ...{ table: name, from, isGone: now === undefined },
        dropped: lost.filter((column) => !isRenamed(column)),
        renamed: lost.filter(isRenamed),
      },
    ];
  });
}
