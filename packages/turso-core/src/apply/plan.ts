import type { Changeset, SchemaChange, SequenceChange, TableChanges } from '../changeset/model';
import { virtualSql } from '../changeset/virtual-sql';
import { quoteName } from '../local/quote';
import type { SchemaObject } from '../local/schema';
import type { Statement } from '../local/statement';
import { guard, guardForeignKeys, guardNewForeignKeys, guardSchema } from './guards';
import { tableStatements, type RemainingRows, type TableStatements } from './table-statements';
import { guardStored, holdsRows, isDroppedShadow, tried } from './virtual-guards';

/** What of a changeset is still to be done; see {@link planStatements}. */
export interface Remaining extends RemainingRows {
  /** Schema changes that are there already. */
  readonly done: ReadonlySet<SchemaChange>;
  /** Whether user_version can be carried. */
  readonly userVersion: boolean;
}

/** One transaction's statements. */
export interface Plan {
  readonly statements: readonly Statement[];
}

/**
 * The statements of one transaction that make a changeset happen, or fail where the other side is not as expected:
 * definitions guarded, triggers put aside; deletes, updates, inserts, each guarded; definitions made, triggers put back;
 * foreign keys checked. Throws VALUE_TOO_LARGE for a row of more than `maxRowBytes`.
 */
export function planStatements(changeset: Changeset, remaining: Remaining, maxRowBytes = Infinity): Plan {
  const open = changeset.schema.filter((change) => !remaining.done.has(change));
  const objects = (action: SchemaChange['action']): SchemaObject[] =>
    open.filter((c) => c.action === action).map((c) => c.object);
  const [dropped, created] = [objects('drop'), objects('create')];
  const untriggered = triggerlessTables(changeset);
  const expected = expectedObjects(changeset, remaining.done, untriggered);
  const putAside = expected.filter((o) => o.type === 'trigger' && !dropped.some((d) => isSameObject(d, o)));
  const virtual = virtualSql(changeset, remaining.done);
  const run = (texts: readonly string[]): Statement[] => texts.map((sql) => ({ sql }));
  const isReplaced = (o: SchemaObject): boolean => virtual.replaced.has(o.name);
  const statementsOf = (changes: TableChanges): TableStatements =>
    tableStatements(changes, remaining, maxRowBytes);
  const isDropped = (changes: TableChanges): boolean => isDroppedShadow(changeset, changes);
  const tables = changeset.tables.filter((t) => !isDropped(t)).map(statementsOf);
  const statements = [
    ...(expected.length > 0 || untriggered.length > 0 ? [guardSchema(expected, untriggered)] : []),
    ...putAside.map(dropStatement),
    ...dropped.filter((o) => o.type !== 'table').map(dropStatement),
    ...guardStored(changeset, remaining.done),
    ...tried(changeset.tables.filter(isDropped).flatMap((t) => statementsOf(t).deletes)),
    ...run(virtual.replacements),
    ...tables.flatMap((t) => t.deletes),
    ...dropped
      .filter((o) => o.type === 'table' && !isReplaced(o))
      .flatMap((o) => [...(holdsRows(o.name, changeset) ? [guardEmpty(o)] : []), dropStatement(o)]),
    ...tables.flatMap((t) => t.updates),
    ...created.filter((o) => o.type === 'table' && !isReplaced(o)).map(createStatement),
    ...run(virtual.clearings),
    ...tables.flatMap((t) => t.inserts),
    ...created.filter((o) => o.type === 'index' || o.type === 'view').map(createStatement),
    // What they are about may be a view.
    ...run(virtual.commands),
    // In this order they fire: the older ones came first.
    ...putAside.map(createStatement),
    ...created.filter((o) => o.type === 'trigger').map(createStatement),
    ...changeset.sequences.flatMap(sequenceStatements),
    ...(remaining.userVersion ? userVersionStatements(changeset) : []),
    ...changeset.foreignKeys.map(guardForeignKeys),
    ...(changeset.tables.length > 0 ? [guardNewForeignKeys(untriggered, changeset.knownTables)] : []),
  ];
  return { statements };
}

/** Names of the tables and views that must have no triggers but those that a changeset knows: it would lose or fire them. */
export function triggerlessTables({ schema, tables }: Changeset): string[] {
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const emptied = dropped.filter((o) => o.type === 'table' || o.type === 'view').map((o) => o.name);
  return [...new Set([...tables.map((t) => t.table.name), ...emptied])];
}

/** What a changeset relies on, less what is dropped already, and with the triggers that are made already. */
function expectedObjects(
  { schema, expects }: Changeset,
  done: ReadonlySet<SchemaChange>,
  untriggered: readonly string[],
): SchemaObject[] {
  const there = schema.filter((c) => done.has(c));
  const isDropped = (o: SchemaObject): boolean =>
    there.some((c) => c.action === 'drop' && isSameObject(c.object, o));
  const made = there.filter((c) => c.action === 'create').map((c) => c.object);
  return [
    ...expects.filter((o) => !isDropped(o)),
    ...made.filter((o) => o.type === 'trigger' && untriggered.includes(o.table)),
  ];
}

function isSameObject(a: SchemaObject, b: SchemaObject): boolean {
  return a.type === b.type && a.name === b.name;
}

function createStatement({ sql }: SchemaObject): Statement {
  return { sql };
}

function dropStatement({ type, name }: SchemaObject): Statement {
  return { sql: `DROP ${type.toUpperCase()} ${quoteName(name)}` };
}

// Rows that someone else has added since are not ours to drop.
function guardEmpty({ name }: SchemaObject): Statement {
  return guard(`NOT EXISTS (SELECT 1 FROM ${quoteName(name)})`);
}

// A counter that both sides have moved keeps the higher value, so that no rowid is given out twice.
function sequenceStatements({ table, from, to }: SequenceChange): Statement[] {
  if (to === null)
    return [{ sql: 'DELETE FROM sqlite_sequence WHERE name = ? AND seq IS ?', args: [table, from] }];
  if (from !== null && to < from) {
    return [
      { sql: 'UPDATE sqlite_sequence SET seq = ? WHERE name = ? AND seq IS ?', args: [to, table, from] },
    ];
  }
  return [
    {
      sql: `INSERT INTO sqlite_sequence(name, seq) SELECT ?, ?
            WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)`,
      args: [table, to, table],
    },
    { sql: 'UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?', args: [to, table] },
  ];
}

function userVersionStatements({ userVersion }: Changeset): Statement[] {
  if (userVersion === null) return [];
  const { from, to } = userVersion;
  return [
    guard(`(SELECT user_version FROM pragma_user_version) IN (${from}, ${to})`),
    { sql: `PRAGMA user_version = ${to}` },
  ];
}
