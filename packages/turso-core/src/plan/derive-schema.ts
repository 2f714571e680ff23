import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../errors';
import { using } from '../sqlite/files/open';
import { Database } from '../sqlite/files/sqlite';
import { readSchema, type Schema, type SchemaObject, type Table } from '../sqlite/schema/schema';
import type { FilledColumn, ObjectChange, SchemaChange } from '../changeset/model';
import { carriedColumns, defaultedColumns } from '../changeset/schema/carried-columns';
import { carryTables } from '../changeset/schema/carry';
import type { TablePair } from '../changeset/schema/pair-tables';

/** Definitions before and after changes. */
export interface Definitions {
  readonly before: Schema;
  /** The tables created or altered by the changes, and missing tables they rely on. */
  readonly after: ReadonlyMap<string, Table>;
  /** The changes, with the statements that alter tables. */
  readonly schema: readonly SchemaChange[];
}

/**
 * Derives the changes between two sets of definitions, from the definitions alone, as a comparison of two databases
 * does.
 * Throws UNSUPPORTED_CHANGE.
 */
export function deriveSchema(
  db: Database,
  schema: readonly SchemaChange[],
  relied: readonly SchemaObject[],
  folder: string,
): Definitions {
  const before = readSchema(db);
  const made = schema.filter((c) => c.action !== 'drop').map((c) => c.object);
  const gone = schema.flatMap((c) =>
    c.action === 'drop' ? [c.object] : c.action === 'alter' ? [c.from] : [],
  );
  const isOf = (o: SchemaObject, list: readonly SchemaObject[]): boolean =>
    list.some((other) => other.type === o.type && other.name === o.name);
  const lost = [...relied, ...gone].filter((o) => o.type === 'table' && !before.tables.has(o.name));
  if (schema.length === 0 && lost.length === 0) return { before, after: new Map(), schema };
  const isShadow = ({ name }: SchemaObject): boolean => before.tables.get(name)?.kind === 'shadow';
  // Virtual tables create their storage tables themselves, and fail if one exists.
  const kept = before.objects.filter((o) => !isOf(o, gone) && !isOf(o, made) && !isShadow(o));
  const tables = tablesOf([...lost, ...kept, ...made], before);
  const wanted = [...lost, ...made].filter((o) => o.type === 'table').map((o) => o.name);
  const after = new Map([...tables].filter(([name, table]) => isWanted(name, table, wanted)));
  return { before, after, schema: withStatements(db, { schema, before, after }, folder) };
}

/** Returns a plan's fill values for columns without another value. */
function filledIn(schema: readonly SchemaChange[], { from, to }: TablePair): FilledColumn[] {
  const open = defaultedColumns(to, carriedColumns(from, to)).map((c) => c.name);
  return schema
    .flatMap((c) => (c.action === 'alter' && c.object.name === to.name ? (c.filled ?? []) : []))
    .filter((f) => open.includes(f.column));
}

/** Checks whether a table is wanted, or is the storage of a wanted virtual table. */
function isWanted(name: string, { kind }: Table, wanted: readonly string[]): boolean {
  return wanted.includes(name) || (kind === 'shadow' && wanted.some((owner) => name.startsWith(`${owner}_`)));
}

/** Returns the tables of these definitions, as far as they can be created. */
function tablesOf(objects: readonly SchemaObject[], { encoding }: Schema): ReadonlyMap<string, Table> {
  return using(new Database(':memory:'), (db) => {
    db.pragma(`encoding = '${encoding}'`);
    for (const type of ['table', 'index']) {
      for (const { sql } of objects.filter((o) => o.type === type)) {
        try {
          db.exec(sql);
        } catch (error) {
          if (!systemCode(error).startsWith('SQLITE_')) throw error;
        }
      }
    }
    return readSchema(db).tables;
  });
}

function withStatements(
  db: Database,
  { schema, before, after }: Definitions,
  folder: string,
): SchemaChange[] {
  const pairs = schema.flatMap((change) => {
    if (change.action !== 'alter') return [];
    const [from, to] = [before.tables.get(change.from.name), after.get(change.object.name)];
    // A table with a different definition is in conflict, and nothing is done to it.
    return from?.sql === change.from.sql && to !== undefined ? [{ from, to }] : [];
  });
  if (pairs.length === 0) return [...schema];
  const changes = schema.filter((c): c is ObjectChange => c.action !== 'alter');
  const there = changes.filter(
    (c) =>
      c.action === 'create' ||
      before.objects.some((o) => o.type === c.object.type && o.name === c.object.name),
  );
  const taken = new Set([...before.objects.map((o) => o.name), ...schema.map((c) => c.object.name)]);
  const own = mkdtempSync(path.join(folder, 'derived-'));
  try {
    const carried = carryTables(path.join(own, 'carried.db'), {
      ...{ before: db.name, misfits: path.join(own, 'misfits.db') },
      ...{ schema: before, pairs, changes: there, taken },
      filledIn: (pair) => filledIn(schema, pair),
    });
    return schema.map((change) => {
      if (change.action !== 'alter') return change;
      return carried.find((c) => c.to.name === change.object.name)?.alteration ?? change;
    });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
