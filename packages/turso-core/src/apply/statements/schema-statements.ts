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

/** The statements of a changeset that are about definitions. */
export interface SchemaStatements {
  /**
   * Those that give all tables the definitions that rows are then written to. Definitions are guarded; triggers, and the
   * indexes of tables that are made anew, go; tables are dropped, altered, created.
   */
  readonly before: readonly Statement[];
  /** Those that make and put back indexes, views and triggers. */
  readonly after: readonly Statement[];
  /** Whether tables get other definitions, so that rows can only be looked at afterwards. */
  readonly isAltering: boolean;
  /** See {@link Bare}. */
  readonly untriggered: readonly string[];
}

/** What {@link schemaStatements} may be told. */
interface SchemaOptions {
  /** What is done to rows afterwards. Default is anything: then all triggers are put aside. */
  readonly operations?: Operations;
  /** See {@link StatementOptions}. Default is that statements stay as they are. */
  readonly keep?: StatementOptions['keep'];
}

/** The statements of what is still to be done about definitions. */
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
    // The indexes went with the tables that they were on.
    ...indexesBack(kept, bare).map(createStatement),
    ...created.filter((o) => o.type === 'index' || o.type === 'view').map(createStatement),
    // What they are about may be a view.
    ...virtual.commands.map(virtualStatement),
    // In this order they fire: the older ones came first.
    ...triggers.map(createStatement),
    ...created.filter((o) => o.type === 'trigger').map(createStatement),
  ];
  return { before, after, isAltering: altered.length > 0, untriggered: bare.untriggered };
}

/**
 * Of the definitions that a changeset relies on and keeps, the triggers that are put aside while rows are written. One that
 * cannot fire stays, since a server may have one that it could not make again. Definitions may rewrite it.
 *
 * @param operations - what is done to rows. Default is anything: then all triggers are put aside.
 */
export function triggersAside(kept: readonly SchemaObject[], operations?: Operations): SchemaObject[] {
  return kept.filter((o) => o.type === 'trigger' && (operations === undefined || fires(o, operations)));
}

/** Of the same, the indexes that go with their tables, and are made once more. */
export function indexesBack(kept: readonly SchemaObject[], { unindexed }: Bare): SchemaObject[] {
  return kept.filter((o) => o.type === 'index' && unindexed.includes(o.table));
}

/**
 * The tables and views that must have no triggers but those that a changeset knows, since it would lose or fire them, and
 * the tables that must have no other indexes, since it would lose them.
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

/** What a changeset relies on, less what is dropped already, and with the triggers that are made already. */
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

/** Whether two definitions are of the same thing. */
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
    // What a statement makes of a text is its version's affair.
    { ...guardSchema([object], { untriggered: [], unindexed: [] }), about: object },
  ];
}

// Rows that someone else has added since are not ours to drop.
function guardEmpty({ name }: SchemaObject): Statement {
  return guard(`NOT EXISTS (SELECT 1 FROM ${quoteName(name)})`);
}
