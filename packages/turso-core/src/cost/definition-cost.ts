import { indexesBack, isSameObject, triggersAside, bareTables } from '../apply/statements/schema-statements';
import type { Operations } from '../apply/statements/firing';
import type { Changeset, TableAlteration } from '../changeset/model';
import { virtualSql } from '../changeset/text/virtual-sql';
import type { Database } from '../sqlite/files/sqlite';
import { indexParts } from '../sqlite/schema/computed';
import { hasTable } from '../sqlite/schema/has-table';
import { isCounted } from '../sqlite/schema/is-counted';
import type { Schema, SchemaObject } from '../sqlite/schema/schema';
import { isVirtual } from '../sqlite/schema/virtual-table';
import { sumOf, type Amount } from './amount';
import { countRows } from './count-rows';
import { readIndexes } from './table-indexes';

/** The databases before and after a change of definitions. */
export interface Sides {
  readonly before: Database;
  readonly after: Database;
  readonly schemas: { readonly before: Schema; readonly after: Schema };
  /** The largest number of definitions in between. */
  readonly definitions: number;
}

/** Estimates the cost of the statements for definitions, including the rows they rewrite. */
export function definitionCost(changeset: Changeset, sides: Sides, operations: Operations): Amount {
  const { schema, expects, virtual } = changeset;
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const created = schema.filter((c) => c.action === 'create').map((c) => c.object);
  const altered = schema.filter((c) => c.action === 'alter');
  const kept = expects.filter((o) => !dropped.some((d) => isSameObject(d, o)));
  const isOfRows = schema.length === 0 && virtual.length === 0;
  const aside = triggersAside(kept, isOfRows ? operations : undefined);
  const back = indexesBack(kept, bareTables(changeset, new Set())).map((o) => ({
    ...o,
    table: altered.find((c) => c.from.name === o.table)?.object.name ?? o.table,
  }));
  const renamed = renamedWith(sides, [...dropped, ...aside]);
  return sumOf([
    ...[...dropped, ...aside].map((object) => dropCost(object, sides)),
    ...[...created, ...back, ...aside].map((object) => createCost(object, sides)),
    ...altered.map((c) => alterCost(c, renamed, earlyDeletes(changeset, c), sides)),
    virtualCost(changeset, sides),
  ]);
}

/** SQLite finds a dropped definition by reading all of them. */
function dropCost({ type, sql }: SchemaObject, { definitions }: Sides): Amount {
  const isTable = type === 'table';
  // The counter of the table goes as well.
  const written = isTable && /autoincrement/i.test(sql) ? 1 : 0;
  return { read: (isTable ? 2 : 1) * definitions + 6, written };
}

function createCost(object: SchemaObject, sides: Sides): Amount {
  const { type, name, table, sql } = object;
  switch (type) {
    case 'view':
      return { read: 1, written: 2 };
    case 'trigger':
      return { read: 1, written: 1 };
    case 'table':
      return {
        read: 2,
        written: 2 + (isVirtual(sql) ? 0 : ownIndexes(name, sides) + newCounters(name, sides)),
      };
    case 'index': {
      const rows = countRows(sides.after, table) ?? 0;
      const { where: condition } = indexParts(sql);
      const entries = condition === null ? rows : (countRows(sides.after, table, condition) ?? rows);
      return { read: rows + entries + 2, written: entries + 1 };
    }
  }
}

/** Counts the indexes created by a table's constraints. */
function ownIndexes(name: string, { after, schemas }: Sides): number {
  const table = schemas.after.tables.get(name);
  return table === undefined ? 0 : readIndexes(after, table).filter((i) => !i.isDeclared).length;
}

// The first AUTOINCREMENT table creates the table of counters.
function newCounters(name: string, { before, schemas }: Sides): number {
  const table = schemas.after.tables.get(name);
  return table !== undefined && isCounted(table) && !hasTable(before, 'sqlite_sequence') ? 2 : 0;
}

/** Counts the rows deleted from a table before its definition changes. */
function earlyDeletes({ tables }: Changeset, { from }: TableAlteration): number {
  return tables
    .filter((t) => t.beforeSchema && t.table.name === from.name)
    .reduce((n, t) => n + t.count('delete'), 0);
}

function alterCost(
  alteration: TableAlteration,
  renamed: (table: string) => Renamed,
  early: number,
  sides: Sides,
): Amount {
  const { object, from, rebuilt, statements } = alteration;
  const { definitions, before } = sides;
  const guarded = { read: 4 * definitions + 1, written: 0 };
  const isCounter = /autoincrement/i.test(from.sql + object.sql) ? 1 : 0;
  if (!rebuilt) {
    const { all, named, own } = renamed(from.name);
    const inPlace = (sql: string): Amount => {
      if (/ ADD COLUMN /i.test(sql)) return { read: definitions + 6, written: 1 };
      // SQLite rewrites every definition that may name it. Renaming a column rewrites all definitions once more;
      // renaming a table rewrites those of the table.
      const isColumn = / RENAME COLUMN /i.test(sql);
      return { read: 6 * definitions + 6, written: isColumn ? all + named : all + own + isCounter };
    };
    return sumOf([guarded, ...statements.map(inPlace)]);
  }
  const rows = Math.max(0, (countRows(before, from.name) ?? 0) - early);
  return sumOf([
    guarded,
    { read: 4 + 4 * isCounter, written: 6 * isCounter },
    createCost(object, sides),
    {
      read: 3 * rows + 4 * definitions + 8,
      written: 2 + rows * (2 + ownIndexes(object.name, sides)),
    },
  ]);
}

/** Numbers of definitions when a table or its column is renamed, including the receipt's. */
interface Renamed {
  /** Definitions that may name the table. */
  readonly all: number;
  /** Definitions other than SQLite's own. */
  readonly named: number;
  /** Definitions of the table. */
  readonly own: number;
}

function renamedWith({ before }: Sides, gone: readonly SchemaObject[]): (table: string) => Renamed {
  const names = JSON.stringify(gone.map((o) => [o.type, o.name]));
  const select = before.prepare(
    `SELECT count(*) FILTER (WHERE isNamed AND (type <> 'index' OR isOwn)) + 1 AS "all",
         count(*) FILTER (WHERE isNamed) + 1 AS named, count(*) FILTER (WHERE isOwn) AS own
       FROM (SELECT type, name, tbl_name = @table COLLATE NOCASE AS isOwn,
               name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AS isNamed FROM sqlite_schema)
       WHERE json_array(type, name) NOT IN (SELECT json(value) FROM json_each(@names))`,
  );
  return (table) => select.get({ table, names }) as Renamed;
}

/** Estimates the cost of changes to virtual tables besides their rows. */
function virtualCost(changeset: Changeset, { before, definitions }: Sides): Amount {
  const { commands, clearings } = virtualSql(changeset);
  const moved = changeset.virtual
    .filter((v) => v.keeps !== null)
    .map(({ table }) => countRows(before, table) ?? 0)
    .map((rows) => ({ read: 2 * rows + 4 * definitions + 8, written: 4 + 2 * rows }));
  const stored = changeset.virtual
    .flatMap((v) => v.shadows)
    .map(({ from }) => ({ read: from ?? 0, written: 0 }));
  return sumOf([...commands, ...clearings].map(() => ({ read: 1, written: 1 })).concat(moved, stored));
}
