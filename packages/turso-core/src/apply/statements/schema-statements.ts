import type {
  Changeset,
  ObjectChange,
  SchemaChange,
  TableAlteration,
  TableChanges,
} from '../../changeset/model';
import { dropSql } from '../../changeset/schema/drop-sql';
import { tablesGoing } from '../../changeset/schema/tables-going';
import { virtualSql, type VirtualStatement } from '../../changeset/text/virtual-sql';
import type { SchemaObject } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import { guard } from '../../sqlite/guard';
import { guardSchema, type Bare } from './guards';
import { fires, type Operations } from './firing';
import type { Remaining } from './changeset-statements';
import { tableStatements, type StatementOptions } from './table-statements';
import { guardStored, holdsRows, isDroppedShadow, tried } from './virtual-guards';

/** The statements of a changeset about definitions. */
export interface SchemaStatements {
  /**
   * The statements that give all tables their new definitions, before rows are written. They guard definitions, drop
   * triggers and the indexes of rebuilt tables, and drop, alter and create tables.
   */
  readonly before: readonly Statement[];
  /** The statements that create and put back indexes, views and triggers. */
  readonly after: readonly Statement[];
  /** Whether tables get other definitions. Their rows can then only be inspected afterwards. */
  readonly isAltering: boolean;
  /** See {@link Bare}. */
  readonly untriggered: readonly string[];
}

/** Options of {@link schemaStatements}. */
interface SchemaOptions {
  /** The later changes of rows. Default is any change: all triggers are then set aside. */
  readonly operations?: Operations;
  /** See {@link StatementOptions}. By default statements stay as they are. */
  readonly keep?: StatementOptions['keep'];
}

/** Returns the statements of the remaining work about definitions. */
export function schemaStatements(
  changeset: Changeset,
  remaining: Omit<Remaining, 'userVersion'>,
  { operations, keep = (statement) => statement }: SchemaOptions = {},
): SchemaStatements {
  const open = changeset.schema.filter((change) => !remaining.done.has(change));
  const objects = (action: ObjectChange['action']): SchemaObject[] =>
    open.filter((c) => c.action === action).map((c) => c.object);
  const [dropped, created] = [objects('drop'), objects('create')];
  const altered = open.filter((c) => c.action === 'alter');
  const bare = bareTables(changeset, remaining.done);
  const expected = [...expectedObjects(changeset, remaining.done, bare), ...remaining.adopted];
  const kept = expected.filter((o) => !dropped.some((d) => isSameObject(d, o)));
  const isOfRows = open.length === 0 && changeset.virtual.length === 0;
  const triggers = triggersAside(kept, isOfRows ? operations : undefined);
  const early = changeset.tables.filter((t) => t.beforeSchema);
  const isShadow = (changes: TableChanges): boolean => isDroppedShadow(changeset, changes);
  const deletesOf = (tables: readonly TableChanges[]): Statement[] =>
    tables.flatMap((changes) => tableStatements(changes, remaining, { maxRowBytes: Infinity, keep }).deletes);
  const virtual = virtualSql(changeset, remaining.done);
  const isTable = (o: SchemaObject): boolean => o.type === 'table' && !virtual.replaced.has(o.name);
  const before = [
    ...(expected.length > 0 || bare.untriggered.length > 0 ? [guardSchema(expected, bare)] : []),
    ...triggers.map(dropStatement),
    ...dropped.filter((o) => o.type !== 'table').map(dropStatement),
    ...guardStored(changeset, remaining.done),
    ...tried(deletesOf(early.filter(isShadow))),
    ...virtual.replacements.map(virtualStatement),
    ...deletesOf(early.filter((t) => !isShadow(t))),
    ...dropped.filter(isTable).flatMap((o) => [...(holdsRows(o) ? [guardEmpty(o)] : []), dropStatement(o)]),
    ...altered.flatMap(alterStatements),
    ...created.filter(isTable).map(createStatement),
    ...virtual.clearings.map(virtualStatement),
  ];
  const after = [
    // These indexes went with their tables.
    ...indexesBack(kept, bare).map(createStatement),
    ...created.filter((o) => o.type === 'index' || o.type === 'view').map(createStatement),
    // They may be on a view.
    ...virtual.commands.map(virtualStatement),
    // Triggers fire in this order: the older ones came first.
    ...triggers.map(createStatement),
    ...created.filter((o) => o.type === 'trigger').map(createStatement),
  ];
  return { before, after, isAltering: altered.length > 0, untriggered: bare.untriggered };
}

/**
 * Returns the triggers to set aside while rows are written, of the definitions that a changeset keeps. A trigger that
 * cannot fire stays, because a server may be unable to create it again. Changes of definitions may rewrite it.
 *
 * @param operations - the changes of rows. Default is any change: all triggers are then set aside.
 */
export function triggersAside(kept: readonly SchemaObject[], operations?: Operations): SchemaObject[] {
  return kept.filter((o) => o.type === 'trigger' && (operations === undefined || fires(o, operations)));
}

/** Returns the indexes that go with their tables and are created again, of the same definitions. */
export function indexesBack(kept: readonly SchemaObject[], { unindexed }: Bare): SchemaObject[] {
  return kept.filter((o) => o.type === 'index' && unindexed.includes(o.table));
}

/**
 * Returns the tables and views that may have only known triggers: the changeset would lose or fire others. Also returns
 * the tables that may have only known indexes: the changeset would lose others.
 */
export function bareTables({ schema, tables }: Changeset, done: ReadonlySet<SchemaChange>): Bare {
  const open = schema.filter((c) => c.action === 'alter').filter((c) => !done.has(c));
  const nameBefore = new Map(open.map((c) => [c.object.name, c.from.name]));
  const touched = tables.map((t) => nameBefore.get(t.table.name) ?? t.table.name);
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const emptied = dropped.filter((o) => o.type === 'table' || o.type === 'view').map((o) => o.name);
  const going = tablesGoing(schema.filter((c) => !done.has(c)));
  return { untriggered: [...new Set([...touched, ...emptied, ...going])], unindexed: going };
}

/**
 * Returns the definitions that a changeset relies on, without those already gone, and with tables and triggers already
 * made.
 */
function expectedObjects(
  { schema, expects }: Changeset,
  done: ReadonlySet<SchemaChange>,
  { untriggered }: Bare,
): SchemaObject[] {
  const there = schema.filter((c) => done.has(c));
  const gone = there.flatMap((c) =>
    c.action === 'drop' ? [c.object] : c.action === 'alter' ? [c.from] : [],
  );
  const isGone = (o: SchemaObject): boolean => gone.some((g) => isSameObject(g, o));
  const made = there.filter((c) => c.action !== 'drop').map((c) => c.object);
  return [
    ...expects.filter((o) => !isGone(o)),
    ...made.filter((o) => o.type === 'table' || (o.type === 'trigger' && untriggered.includes(o.table))),
  ];
}

/** Checks whether two definitions are of the same object. */
export function isSameObject(a: SchemaObject, b: SchemaObject): boolean {
  return a.type === b.type && a.name === b.name;
}

function createStatement(object: SchemaObject): Statement {
  return { sql: object.sql, about: object };
}

function dropStatement(object: SchemaObject): Statement {
  return { sql: dropSql(object), about: object };
}

function virtualStatement({ sql, table }: VirtualStatement): Statement {
  return { sql, about: { type: 'table', name: table, table } };
}

function alterStatements({ statements, object }: TableAlteration): Statement[] {
  return [
    ...statements.map((sql) => ({ sql, about: object })),
    // The text that a statement produces depends on the SQLite version.
    { ...guardSchema([object], { untriggered: [], unindexed: [] }), about: object },
  ];
}

// Rows added by others since are not ours to drop.
function guardEmpty({ name }: SchemaObject): Statement {
  return guard(`NOT EXISTS (SELECT 1 FROM ${quoteName(name)})`);
}
