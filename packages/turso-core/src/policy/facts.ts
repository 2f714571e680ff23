import type { Changeset, SchemaChange, TableChanges } from '../changeset/model';
import { carriedColumns } from '../changeset/schema/carried-columns';
import { openReadOnly, using } from '../sqlite/files/open';
import { readSchema, type Schema } from '../sqlite/schema/schema';
import { quoteName } from '../sqlite/values/quote';
import type { Judged } from './judge';

/** What the rules of a policy look at. */
export interface Facts {
  readonly schema: readonly SchemaChange[];
  /** The tables whose rows change. */
  readonly tables: readonly TableFacts[];
  /** Tables that are dropped, and have no successor of the same name. */
  readonly dropped: readonly string[];
  /** Whether all tables, two or more, are among these. */
  readonly dropsAll: boolean;
  /** Columns that tables lose or that get other names. */
  readonly columns: readonly LostColumns[];
  /** Whether nothing changes. */
  readonly isEmpty: boolean;
}

/** What changes in the rows of one table. */
export interface TableFacts {
  /** Its name afterwards. */
  readonly table: string;
  /** Its name before. */
  readonly from: string;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** How many rows it had. */
  rowsBefore(): number;
  /** Whether it has no rows afterwards. */
  isEmptyAfter(): boolean;
  /** The columns of its rows. */
  readonly columns: readonly string[];
  /** How many rows get another value in a column. */
  updatedIn(column: string): number;
}

/** Columns that a table had and has no more. */
export interface LostColumns {
  readonly table: string;
  readonly from: string;
  readonly dropped: readonly string[];
  /** Those that have another name now. */
  readonly renamed: readonly string[];
  /** Whether the table itself is gone. */
  readonly isGone: boolean;
}

/** Finds out what rules look at. What costs a look into the databases is found when it is asked for. */
export function findFacts({ changeset, before, after }: Judged): Facts {
  const { schema, tables, virtual, sequences, userVersion } = changeset;
  const schemaOf = (file: string): Schema => using(openReadOnly(file), (db) => readSchema(db));
  // Rows of a table that an index is stored in are no one's.
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

/** Rows that nothing tells apart are counted by their contents, each of which may be there many times. */
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
