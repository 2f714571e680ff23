import type { Database } from 'better-sqlite3';
import { openReadOnly } from '../local/open';
import {
  keyColumns,
  readSchema,
  rowColumns,
  type Schema,
  type SchemaObject,
  type Table,
} from '../local/schema';
import {
  type Changeset,
  type ForeignKeyCheck,
  type ForeignKeyViolation,
  type SchemaChange,
  type SequenceChange,
  type TableChanges,
} from './model';
import { diffCopies } from './copies-diff';
import { diffRows, hasChanges, MAX_COLUMNS } from './row-diff';
import { BEFORE, type Presence } from './row-queries';
import { differsInScanOrder, hasAnyRow } from './scan-order';
import { diffSchemas, unsupported } from './schema-diff';
import { diffVirtualTables } from './virtual-diff';

/**
 * Compares two database files and runs work with what has to happen to the first so that it equals the second. Nothing is
 * written to either; neither may be changed meanwhile. Throws UNSUPPORTED_CHANGE.
 */
export async function withDiff<T>(
  before: string,
  after: string,
  work: (changeset: Changeset) => T | Promise<T>,
): Promise<T> {
  const db = openReadOnly(after);
  try {
    attach(db, before);
    return await work(diffDatabases(db));
  } finally {
    db.close();
  }
}

function attach(db: Database, before: string): void {
  try {
    db.prepare(`ATTACH ? AS ${BEFORE}`).run(before);
  } catch (error) {
    // SQLite attaches no database of another encoding.
    if (!(error as Error).message.includes('must use the same text encoding')) throw error;
    throw unsupported('the text encoding of the database was changed');
  }
}

function diffDatabases(db: Database): Changeset {
  refuseHiddenFunctions(db);
  const [before, after] = [readSchema(db, BEFORE), readSchema(db)];
  const schema = diffSchemas(before, after);
  const ofVirtual = diffVirtualTables(db, before, after);
  const tables = [...diffTables(db, before, after), ...ofVirtual.tables];
  const touched = new Set([...tables.map((t) => t.table.name), ...ofVirtual.changes.map((c) => c.table)]);
  return {
    schema,
    tables,
    virtual: ofVirtual.changes,
    sequences: diffSequences(db),
    userVersion:
      before.userVersion === after.userVersion ? null : { from: before.userVersion, to: after.userVersion },
    notCarried: before.applicationId === after.applicationId ? [] : ['application_id'],
    expects: findExpected(before, schema, touched),
    knownTables: [...new Set([...before.tables.keys(), ...after.tables.keys()])],
    foreignKeys: diffForeignKeys(db, after, touched),
  };
}

// A table of the name of a table-valued function hides it, here and on the server.
function refuseHiddenFunctions(db: Database): void {
  const hidden = db
    .prepare(
      `SELECT name FROM (SELECT type, name FROM ${BEFORE}.sqlite_schema UNION SELECT type, name FROM main.sqlite_schema)
       WHERE type IN ('table', 'view') AND (name LIKE 'json\\_each' ESCAPE '\\' OR name LIKE 'pragma\\_%' ESCAPE '\\')`,
    )
    .pluck()
    .get() as string | undefined;
  if (hidden !== undefined) throw unsupported(`"${hidden}" has the name of a function that is needed for it`);
}

/**
 * Of what exists before, a change relies on: what it drops; the tables whose rows it touches and their triggers, which
 * are put aside; the triggers of views that are made anew; the tables that get an index or a trigger.
 */
function findExpected(
  before: Schema,
  changes: readonly SchemaChange[],
  touched: ReadonlySet<string>,
): SchemaObject[] {
  const dropped = new Set(changes.filter((c) => c.action === 'drop').map((c) => c.object));
  const made = changes.filter((c) => c.action === 'create').map((c) => c.object);
  const droppedViews = new Set([...dropped].filter((o) => o.type === 'view').map((o) => o.name));
  const extended = new Set(made.map((o) => o.table));
  const isShadow = (o: SchemaObject): boolean => before.tables.get(o.name)?.kind === 'shadow';
  return before.objects.filter(
    (o) =>
      dropped.has(o) ||
      (o.type === 'table' && !isShadow(o) && (touched.has(o.name) || extended.has(o.name))) ||
      (o.type === 'trigger' && (touched.has(o.table) || droppedViews.has(o.table))),
  );
}

function diffTables(db: Database, before: Schema, after: Schema): TableChanges[] {
  const changes: TableChanges[] = [];
  for (const name of new Set([...before.tables.keys(), ...after.tables.keys()])) {
    const [old, now] = [before.tables.get(name), after.tables.get(name)];
    const table = (now ?? old) as Table;
    const presence = old === undefined ? 'after' : now === undefined ? 'before' : 'both';
    if (isStored(old) || isStored(now)) continue;
    const obstacle = findObstacle(table);
    if (obstacle !== null) {
      if (mayDiffer(db, table, presence)) throw unsupported(`rows of table "${name}", ${obstacle}`);
      continue;
    }
    const isAddressable = keyColumns(table).length > 0;
    const rows = (isAddressable ? diffRows : diffCopies)(db, table, presence, after.encoding);
    if (hasChanges(rows)) changes.push(rows);
  }
  return changes;
}

/** Whether a table is virtual, or holds what a virtual table stores. */
function isStored(table: Table | undefined): boolean {
  return table?.kind === 'virtual' || table?.kind === 'shadow';
}

/** Why the rows of a table cannot be compared one by one, or null. */
function findObstacle(table: Table): string | null {
  return rowColumns(table).length > MAX_COLUMNS ? `which has more than ${MAX_COLUMNS} columns` : null;
}

function mayDiffer(db: Database, table: Table, presence: Presence): boolean {
  if (presence === 'both') return differsInScanOrder(db, table, [BEFORE, 'main']);
  return hasAnyRow(db, table, presence === 'before' ? BEFORE : 'main');
}

function diffSequences(db: Database): SequenceChange[] {
  const [before, after] = [readSequences(db, BEFORE), readSequences(db, 'main')];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((table) => {
    const [from, to] = [before.get(table) ?? null, after.get(table) ?? null];
    return from === to ? [] : [{ table, from, to }];
  });
}

function readSequences(db: Database, schema: string): Map<string, bigint> {
  const exists =
    db.prepare(`SELECT 1 FROM ${schema}.sqlite_schema WHERE name = 'sqlite_sequence'`).get() !== undefined;
  if (!exists) return new Map();
  const rows = db.prepare(`SELECT name, seq FROM ${schema}.sqlite_sequence`).raw().safeIntegers().all();
  return new Map(rows as [string, bigint][]);
}

function diffForeignKeys(db: Database, after: Schema, touched: ReadonlySet<string>): ForeignKeyCheck[] {
  // Names in REFERENCES may be written in another letter case than the table's.
  const names = new Set([...touched].map((name) => name.toLowerCase()));
  const isTouched = (name: string): boolean => names.has(name.toLowerCase());
  return [...after.tables.values()]
    .filter((t) => t.parents.length > 0 && (isTouched(t.name) || t.parents.some(isTouched)))
    .flatMap((table) => {
      const violations = checkForeignKeys(db, table.name);
      const rowid = table.rowidAlias ?? table.rowid;
      return violations === null ? [] : [{ table: table.name, rowid, violations }];
    });
}

/** The rows that `PRAGMA foreign_key_check` finds, or null where the keys are declared so that nobody can check them. */
function checkForeignKeys(db: Database, table: string): ForeignKeyViolation[] | null {
  try {
    return db
      .prepare(`SELECT "rowid", parent, fkid AS key FROM pragma_foreign_key_check(?, 'main')`)
      .safeIntegers()
      .all(table) as ForeignKeyViolation[];
  } catch (error) {
    // "foreign key mismatch": the parent has no such unique key, so no server enforces it either.
    if ((error as Error).message.includes('foreign key mismatch')) return null;
    throw error;
  }
}
