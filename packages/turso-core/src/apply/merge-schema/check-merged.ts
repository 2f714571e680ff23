import { systemCode } from '../../errors';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { readSchema, type Schema, type SchemaObject, type Table } from '../../sqlite/schema/schema';
import { isVirtual } from '../../sqlite/schema/virtual-table';
import { dropSql } from '../../changeset/schema/drop-sql';
import type { Disputes } from './disputes';
import { findFlaws, type Flaw } from './find-flaws';
import type { MergedTable } from './merged-schema';
import { makeDefinitions, withoutShadows } from './rename-all';
import type { Three } from './three';

/** A merged schema with parts that may not fit each other. */
export interface Unchecked {
  readonly tables: readonly MergedTable[];
  readonly objects: readonly SchemaObject[];
  readonly schemas: Three<Schema>;
}

/**
 * Creates a merged schema without rows, and notes all misfits: an index on a column dropped by the other side, a
 * trigger using it, two objects of one name.
 *
 * @returns SQLite's reading of the table definitions, by name.
 */
export function checkMerged({ tables, objects, schemas }: Unchecked, disputes: Disputes): Map<string, Table> {
  return using(new Database(':memory:'), (db) => {
    makeDefinitions(db, virtualTables(schemas));
    const refuse = (object: SchemaObject, error: unknown): void =>
      refuseObject({ object, schemas }, error, disputes);
    for (const { name, sql } of tables) make(db, { type: 'table', name, table: name, sql }, refuse);
    const shapes = readSchema(db).tables;
    // Without a table, everything about it would be refused as well.
    if (tables.some((t) => !shapes.has(t.name))) return new Map(shapes);
    const left = tables.filter(
      (t) => t.from.base === null || (t.from.ours !== null && t.from.theirs !== null),
    );
    for (const table of tables.filter((t) => !left.includes(t)))
      db.exec(dropSql({ ...table, type: 'table' }));
    const hosts = new Set(
      [...left, ...objects.filter((o) => o.type === 'view')].map((o) => o.name.toLowerCase()),
    );
    for (const object of inOrder(objects)) {
      const isHosted = object.type === 'view' || hosts.has(object.table.toLowerCase());
      if (isHosted) make(db, object, refuse);
      else refuse(object, new Error(`table "${object.table}" was dropped`));
    }
    const known = [...flawsOf(schemas.ours), ...flawsOf(schemas.theirs)].map(keyOf);
    const ofTables = tables.map((t) => ({ ...t, type: 'table', table: t.name }) as const);
    for (const flaw of findFlaws(db).filter((f) => !known.includes(keyOf(f)))) {
      const object = [...ofTables, ...objects].find((o) => keyOf(o) === keyOf(flaw));
      if (object !== undefined) refuse(object, new Error(flaw.reason));
    }
    return new Map(shapes);
  });
}

/** Sorts objects by the order of creation: indexes, views, then triggers, because a trigger may be on a view. */
export function inOrder(objects: readonly SchemaObject[]): SchemaObject[] {
  return ['index', 'view', 'trigger'].flatMap((type) => objects.filter((o) => o.type === type));
}

function virtualTables({ ours, theirs }: Three<Schema>): SchemaObject[] {
  return [...theirs.objects, ...ours.objects].filter((o) => isVirtual(o.sql));
}

function make(
  db: Database,
  object: SchemaObject,
  refuse: (object: SchemaObject, error: unknown) => void,
): void {
  try {
    db.exec(object.sql);
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    refuse(object, error);
  }
}

function refuseObject(
  { object, schemas }: { readonly object: SchemaObject; readonly schemas: Three<Schema> },
  error: unknown,
  disputes: Disputes,
): void {
  const { type, name, table } = object;
  const textIn = ({ objects }: Schema): string | undefined =>
    objects.find((o) => o.type === type && o.name.toLowerCase() === name.toLowerCase())?.sql;
  const message = `This ${type} does not fit what the other side has changed: ${(error as Error).message}.`;
  const [old, local, remote] = [schemas.base, schemas.ours, schemas.theirs].map(textIn);
  disputes.refuse({ type, name, table, column: null, message, old, local, remote });
}

function flawsOf(schema: Schema): Flaw[] {
  return using(new Database(':memory:'), (db) => {
    makeDefinitions(db, withoutShadows(schema));
    return findFlaws(db);
  });
}

function keyOf({ type, name }: Pick<SchemaObject, 'type' | 'name'>): string {
  return `${type} ${name.toLowerCase()}`;
}
