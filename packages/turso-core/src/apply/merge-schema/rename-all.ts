import { systemCode } from '../../errors';
import { readLeniently, using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import type { Schema, SchemaObject } from '../../sqlite/schema/schema';
import { withTriggerHosts } from '../../sqlite/schema/trigger-hosts';
import { isVirtual } from '../../sqlite/schema/virtual-table';
import { quoteName } from '../../sqlite/values/quote';

/** A table, its new name, and the new names of its columns. */
export interface Rename {
  readonly table: string;
  readonly to: string;
  readonly columns: readonly (readonly [from: string, to: string])[];
}

/** An object before renames, and its definition after them. */
export interface RenamedObject {
  readonly object: SchemaObject;
  readonly renamed: SchemaObject;
}

/**
 * Returns the definitions of a schema after renames, as written by SQLite itself. SQLite knows every index, trigger,
 * view and foreign key with a name in it. Virtual tables and the tables behind them are left out.
 */
export function renameAll(schema: Schema, renames: readonly Rename[]): RenamedObject[] {
  const own = ownObjects(schema);
  if (renames.length === 0) return own.map((object) => ({ object, renamed: object }));
  const texts =
    rename(schema, renames, false) ?? rename(schema, renames, true) ?? new Map<string, SchemaObject>();
  const nameOf = new Map(renames.map((r) => [r.table, r.to]));
  return own.map((object) => {
    const name = object.type === 'table' ? (nameOf.get(object.name) ?? object.name) : object.name;
    return { object, renamed: texts.get(`${object.type} ${name}`) ?? object };
  });
}

/** Returns the objects outside virtual tables: neither virtual themselves nor the storage of a virtual table. */
export function ownObjects({ objects, tables }: Schema): SchemaObject[] {
  return objects.filter((o) => !isVirtual(o.sql) && tables.get(o.table)?.kind !== 'shadow');
}

/** Creates the objects of a schema without rows. Returns them without those that this SQLite cannot create. */
export function makeDefinitions(db: Database, objects: readonly SchemaObject[]): SchemaObject[] {
  return objects.filter(({ sql }) => attempt(() => db.exec(sql)) !== null);
}

/** Runs work, or returns null if SQLite refuses it. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    return null;
  }
}

// In lenient mode, definitions that were already broken stay as they are.
function rename(
  schema: Schema,
  renames: readonly Rename[],
  leniently: boolean,
): Map<string, SchemaObject> | null {
  return using(new Database(':memory:'), (db) => {
    makeDefinitions(db, withoutShadows(schema));
    if (leniently) readLeniently(db);
    if (attempt(() => renameStatements(renames, schema).forEach((sql) => db.exec(sql))) === null) return null;
    const rows = db
      .prepare('SELECT type, name, tbl_name AS "table", sql FROM sqlite_schema WHERE sql IS NOT NULL')
      .all() as SchemaObject[];
    return new Map(withTriggerHosts(rows).map((o) => [`${o.type} ${o.name}`, o]));
  });
}

/** Returns the objects to create for a schema: the tables behind virtual ones come with them. */
export function withoutShadows({ objects, tables }: Schema): SchemaObject[] {
  return objects.filter((o) => tables.get(o.table)?.kind !== 'shadow');
}

/** Returns the statements of the renames. Names that pass from one object to another take a detour. */
function renameStatements(renames: readonly Rename[], { tables }: Schema): string[] {
  const detour = (n: number): string => quoteName(`turso_sync_staging_name_${n}`);
  const columns = renames.flatMap(({ table, columns: pairs }) => {
    const start = `ALTER TABLE main.${quoteName(table)} RENAME COLUMN`;
    return steps(pairs, namesOf(tables.get(table)?.columns ?? []), detour).map(
      ([a, b]) => `${start} ${a} TO ${b}`,
    );
  });
  const moved = renames.filter((r) => r.to !== r.table).map((r) => [r.table, r.to] as const);
  const names = steps(moved, namesOf([...tables.values()]), detour);
  return [...columns, ...names.map(([a, b]) => `ALTER TABLE main.${a} RENAME TO ${b}`)];
}

function steps(
  pairs: readonly (readonly [string, string])[],
  taken: ReadonlySet<string>,
  detour: (n: number) => string,
): (readonly [string, string])[] {
  const quoted = pairs.map(([from, to]) => [quoteName(from), quoteName(to)] as const);
  if (!pairs.some(([, to]) => taken.has(to.toLowerCase()))) return quoted;
  return [
    ...quoted.map(([from], i) => [from, detour(i)] as const),
    ...quoted.map(([, to], i) => [detour(i), to] as const),
  ];
}

function namesOf(named: readonly { readonly name: string }[]): Set<string> {
  return new Set(named.map((n) => n.name.toLowerCase()));
}
