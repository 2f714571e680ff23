import { systemCode } from '../../errors';
import type { Database } from '../files/sqlite';
import type { Encoding } from '../values/values';
import { checkDefinition } from './check-definition';
import { isCarried } from './left-out';
import { withTriggerHosts } from './trigger-hosts';
import { isVirtual, parseVirtualTable, type VirtualTable } from './virtual-table';

/** One row of `sqlite_schema`: an object made by a CREATE statement. */
export interface SchemaObject {
  /** The type of the object. */
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  /** Its name. */
  readonly name: string;
  /** Its table or view, by that object's own name; for tables and views the same as `name`. */
  readonly table: string;
  /** The CREATE statement as stored. */
  readonly sql: string;
}

/** A column, with the facts of `PRAGMA table_xinfo`. */
export interface Column {
  readonly name: string;
  /** The declared type; empty if there is none. */
  readonly type: string;
  /** 1-based place in the primary key; 0 for other columns. */
  readonly primaryKey: number;
  /**
   * The collation of this column in the declared key; it may differ from the column's own. Null outside the key, if the
   * key has no index, and if the table names no collations.
   */
  readonly keyCollation: string | null;
  /** Whether SQLite computes it; a generated column is never written. */
  readonly generated: boolean;
  readonly notNull: boolean;
  /** The text of its DEFAULT, or null if it has none. */
  readonly defaultValue: string | null;
}

/** A table with rows to compare and change. */
export interface Table {
  readonly name: string;
  readonly sql: string;
  readonly kind: 'rowid' | 'without-rowid' | 'virtual' | 'shadow';
  /** The facts about a virtual table; null for all others. */
  readonly virtual: VirtualTable | null;
  readonly columns: readonly Column[];
  /** Whether rows are stored by the primary key; shadow tables may be, too. */
  readonly withoutRowid: boolean;
  /** The usable name of a rowid table's rowid, or null: `rowid` may be the name of a user's column. */
  readonly rowid: string | null;
  /** The column that is the rowid's alias (INTEGER PRIMARY KEY), or null. */
  readonly rowidAlias: string | null;
  /** The columns of all UNIQUE constraints, unique indexes and the primary key; '*' stands for any column. */
  readonly uniqueColumns: ReadonlySet<string>;
  /** The columns of a UNIQUE constraint that are all NOT NULL, if the table declares no primary key. */
  readonly uniqueKey?: readonly string[];
  /** The tables that its foreign keys refer to. */
  readonly parents: readonly string[];
}

/** The schema of one database, with everything that matters for changes. */
export interface Schema {
  readonly encoding: Encoding;
  readonly userVersion: number;
  readonly applicationId: number;
  /** All objects made by users' CREATE statements, in the order of creation. */
  readonly objects: readonly SchemaObject[];
  readonly tables: ReadonlyMap<string, Table>;
}

/**
 * Reads the schema of an open database; `schema` is the name of the attached database. Throws DEFINITION_INVALID for
 * text that is more than a definition.
 */
export function readSchema(db: Database, schema = 'main'): Schema {
  const objects = readObjects(db, schema);
  const sqlOf = new Map(objects.filter((o) => o.type === 'table').map((o) => [o.name, o.sql]));
  const tables = new Map<string, Table>();
  const virtual = findVirtualTables(objects);
  const shadows = findShadowNames(objects);
  const facts = prepareFacts(db, schema);
  for (const row of listTables(db, schema)) {
    const sql = sqlOf.get(row.name);
    if (sql === undefined) continue;
    const known = virtual.get(row.name);
    const isShadow = shadows.has(row.name.toLowerCase());
    if (known !== undefined) tables.set(row.name, readVirtualTable(facts, row.name, { sql, known }));
    else tables.set(row.name, readTable(facts, row, { sql, isShadow }));
  }
  return {
    encoding: db.pragma(`${schema}.encoding`, { simple: true }) as Encoding,
    userVersion: Number(db.pragma(`${schema}.user_version`, { simple: true })),
    applicationId: Number(db.pragma(`${schema}.application_id`, { simple: true })),
    objects,
    tables,
  };
}

/**
 * Returns the columns of a whole row for reading and writing: a hidden rowid, if it has a usable name, then all columns
 * except generated ones.
 */
export function rowColumns(table: Table): string[] {
  const stored = table.columns.filter((c) => !c.generated).map((c) => c.name);
  return table.rowid !== null && table.rowidAlias === null ? [table.rowid, ...stored] : stored;
}

/**
 * Returns the columns that identify a row: the rowid's name, or the primary key of a WITHOUT ROWID table. Returns an
 * empty list if the rowid has no usable name.
 */
export function keyColumns(table: Table): string[] {
  const rowid = table.rowidAlias ?? table.rowid;
  if (!table.withoutRowid) return rowid === null ? [] : [rowid];
  return declaredKey(table);
}

/**
 * Returns the columns of the primary key, in its order. A table without one may declare a key by UNIQUE and NOT NULL;
 * otherwise the list is empty.
 */
export function declaredKey({ columns, uniqueKey = [] }: Table): string[] {
  const primaryKey = columns.filter((c) => c.primaryKey > 0).sort((a, b) => a.primaryKey - b.primaryKey);
  return primaryKey.length > 0 ? primaryKey.map((c) => c.name) : [...uniqueKey];
}

/** Checks whether rows have a rowid outside their columns, chosen by nobody. */
export function hasHiddenRowid({ withoutRowid, rowidAlias }: Table): boolean {
  return !withoutRowid && rowidAlias === null;
}

// Internal objects have no SQL (automatic indexes) or a reserved name (sqlite_sequence, sqlite_stat1):
// https://sqlite.org/fileformat2.html#intschema
function readObjects(db: Database, schema: string): SchemaObject[] {
  const objects = db
    .prepare(
      `SELECT type, name, tbl_name AS "table", sql FROM "${schema}".sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND ${isCarried()} ORDER BY rowid`,
    )
    .all() as SchemaObject[];
  objects.forEach(checkDefinition);
  return withTriggerHosts(objects);
}

interface TableListRow {
  name: string;
  type: string;
  wr: number;
}

function listTables(db: Database, schema: string): TableListRow[] {
  return db
    .prepare(`SELECT name, type, wr FROM temp.pragma_table_list WHERE schema = ? AND type <> 'view'`)
    .all(schema) as TableListRow[];
}

function findVirtualTables(objects: readonly SchemaObject[]): Map<string, VirtualTable> {
  const virtual = objects.filter((o) => o.type === 'table' && isVirtual(o.sql));
  return new Map(virtual.map(({ name, sql }) => [name, parseVirtualTable(name, sql)]));
}

/**
 * Returns the names, in lower case, of the tables behind virtual tables. `table_list` does not tell: it also lists
 * users' tables with such names as shadow tables. It misses those of a database if another attached one hides their
 * owner.
 */
export function findShadowNames(objects: readonly SchemaObject[]): Set<string> {
  const names = [...findVirtualTables(objects).values()].flatMap((v) => v.shadows);
  return new Set(names.map((name) => name.toLowerCase()));
}

/** What SQLite tells of a table; each statement is prepared once for all tables. */
interface Facts {
  readonly columns: (table: string) => XInfoRow[];
  readonly uniqueIndexes: (table: string) => IndexedColumn[];
  readonly parents: (table: string) => string[];
}

function prepareFacts(db: Database, schema: string): Facts {
  const columns = db.prepare<[string, string], XInfoRow>(
    `SELECT name, type, pk, hidden, "notnull" AS required, dflt_value AS value
     FROM temp.pragma_table_xinfo(?, ?) ORDER BY cid`,
  );
  const uniqueIndexes = db.prepare<[string, string, string], IndexedColumn>(
    `SELECT l.name AS "index", l.origin, l.partial, x.name, x.coll AS collation
     FROM temp.pragma_index_list(?, ?) l, temp.pragma_index_xinfo(l.name, ?) x WHERE l."unique" = 1 AND x.key = 1
     ORDER BY l.name, x.seqno`,
  );
  const parents = db
    .prepare<[string, string], string>(`SELECT DISTINCT "table" FROM temp.pragma_foreign_key_list(?, ?)`)
    .pluck();
  return {
    columns: (table) => columns.all(table, schema),
    uniqueIndexes: (table) => uniqueIndexes.all(table, schema, schema),
    parents: (table) => parents.all(table, schema),
  };
}

function readVirtualTable(
  facts: Facts,
  name: string,
  { sql, known }: { readonly sql: string; readonly known: VirtualTable },
): Table {
  const table = { name, sql, kind: 'virtual', withoutRowid: false, parents: [] } as const;
  try {
    const { columns, rowid } = virtualColumns(facts.columns(name), known);
    return { ...table, virtual: known, columns, rowid, rowidAlias: rowid, uniqueColumns: new Set('*') };
  } catch (error) {
    // Its module, or a tokenizer, is missing here.
    if (systemCode(error) !== 'SQLITE_ERROR') throw error;
    const virtual = { ...known, content: 'unknown' } as const;
    return { ...table, virtual, columns: [], rowid: null, rowidAlias: null, uniqueColumns: new Set() };
  }
}

/** Returns the columns of a virtual table's row: its rowid is always chosen, never hidden. */
function virtualColumns(
  all: readonly XInfoRow[],
  { module, languageId }: VirtualTable,
): { columns: Column[]; rowid: string } {
  const visible = all.filter((r) => r.hidden !== 1 || r.name === languageId).map(toColumn);
  const first = visible[0];
  // The first column of an R-tree is the rowid.
  if (module.startsWith('rtree') && first !== undefined) return { columns: visible, rowid: first.name };
  const rowid = findRowidName(visible) ?? 'rowid';
  const column = toColumn({ name: rowid, type: 'INTEGER', pk: 1, hidden: 0, required: 0, value: null });
  return { columns: [column, ...visible], rowid };
}

function readTable(
  facts: Facts,
  row: TableListRow,
  { sql, isShadow }: { readonly sql: string; readonly isShadow: boolean },
): Table {
  const withoutRowid = row.wr === 1;
  const kind = isShadow ? 'shadow' : withoutRowid ? 'without-rowid' : 'rowid';
  const indexed = facts.uniqueIndexes(row.name);
  const primaryKey = indexed.filter((c) => c.origin === 'pk');
  const hasCollations = /\bcollate\b/i.test(sql);
  const all = facts.columns(row.name);
  const uniqueKey = all.some((c) => c.pk > 0) ? [] : findUniqueKey(all, indexed);
  const columns = withCollations(all, hasCollations ? [...primaryKey, ...uniqueKey] : []);
  const rowidAlias = withoutRowid ? null : findRowidAlias(columns, primaryKey.length > 0);
  const uniqueColumns = findUniqueColumns(columns, indexed);
  if (rowidAlias !== null) uniqueColumns.add(rowidAlias);
  return {
    name: row.name,
    sql,
    kind,
    virtual: null,
    columns,
    withoutRowid,
    rowid: withoutRowid ? null : findRowidName(columns),
    rowidAlias,
    uniqueColumns,
    ...(uniqueKey.length === 0 ? {} : { uniqueKey: uniqueKey.map((c) => c.name) }),
    parents: facts.parents(row.name),
  };
}

/**
 * A row of `PRAGMA table_xinfo`; `hidden`: 1 is a virtual table's hidden column, 2 a virtual and 3 a stored generated
 * column.
 */
interface XInfoRow {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
  readonly hidden: number;
  readonly required: number;
  readonly value: string | null;
}

function toColumn({ name, type, pk, hidden, required, value }: XInfoRow): Column {
  const generated = hidden > 1;
  return {
    name,
    type,
    primaryKey: pk,
    keyCollation: null,
    generated,
    notNull: required === 1,
    defaultValue: value,
  };
}

function withCollations(all: readonly XInfoRow[], key: readonly IndexedColumn[]): Column[] {
  return all
    .filter((r) => r.hidden !== 1)
    .map((r) => ({ ...toColumn(r), keyCollation: key.find((c) => c.name === r.name)?.collation ?? null }));
}

/** A column of a unique index; `name` is null for an expression. */
interface IndexedColumn {
  readonly index: string;
  readonly origin: 'pk' | 'u' | 'c';
  readonly partial: number;
  readonly name: string | null;
  readonly collation: string;
}

type KeyColumn = IndexedColumn & { readonly name: string };

// The name of a constraint's index depends on its place: the first by name may not be the first constraint. Any will
// do, if it is the same each time.
function findUniqueKey(all: readonly XInfoRow[], indexed: readonly IndexedColumn[]): KeyColumn[] {
  const required = new Set(all.filter((r) => r.required === 1 && r.hidden === 0).map((r) => r.name));
  const isKey = (c: IndexedColumn): c is KeyColumn =>
    c.origin === 'u' && c.name !== null && required.has(c.name);
  const bad = new Set(indexed.filter((c) => !isKey(c)).map((c) => c.index));
  const first = indexed.find((c) => !bad.has(c.index))?.index;
  return indexed.filter((c) => c.index === first).filter(isKey);
}

// An expression, a generated column, or the WHERE of a partial index may read any column.
function findUniqueColumns(columns: readonly Column[], indexed: readonly IndexedColumn[]): Set<string> {
  const generated = new Set(columns.filter((c) => c.generated).map((c) => c.name));
  return new Set(
    indexed.map(({ name, partial }) => (name === null || partial === 1 || generated.has(name) ? '*' : name)),
  );
}

// INTEGER PRIMARY KEY is the rowid itself and has no index; INT PRIMARY KEY and INTEGER PRIMARY KEY DESC have one:
// https://sqlite.org/lang_createtable.html#rowids_and_the_integer_primary_key
function findRowidAlias(columns: readonly Column[], hasPrimaryKeyIndex: boolean): string | null {
  const key = columns.filter((c) => c.primaryKey > 0);
  const only = key[0];
  return key.length === 1 && only !== undefined && !hasPrimaryKeyIndex ? only.name : null;
}

function findRowidName(columns: readonly Column[]): string | null {
  const taken = new Set(columns.map((c) => c.name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null;
}
