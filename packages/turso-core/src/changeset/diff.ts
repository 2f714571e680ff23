import type { Database } from 'better-sqlite3';
import { openReadOnly } from '../local/open';
import { readSchema, type Schema, type SchemaObject, type Table } from '../local/schema';
import type { Changeset, ForeignKeyCheck, ForeignKeyViolation, SequenceChange, TableChanges } from './model';
import { BEFORE, differsInScanOrder, diffRows } from './row-diff';
import { diffSchemas, unsupported } from './schema-diff';

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
    db.prepare(`ATTACH ? AS ${BEFORE}`).run(before);
    return await work(diffDatabases(db));
  } finally {
    db.close();
  }
}

function diffDatabases(db: Database): Changeset {
  const [before, after] = [readSchema(db, BEFORE), readSchema(db)];
  if (before.encoding !== after.encoding) {
    throw unsupported(`the text encoding went from ${before.encoding} to ${after.encoding}`);
  }
  const schema = diffSchemas(before, after);
  const tables = diffTables(db, before, after);
  const touched = new Set(tables.map((t) => t.table.name));
  return {
    schema,
    tables,
    sequences: diffSequences(db),
    userVersion:
      before.userVersion === after.userVersion ? null : { from: before.userVersion, to: after.userVersion },
    notCarried: before.applicationId === after.applicationId ? [] : ['application_id'],
    expects: before.objects.filter((o) => isRelied(o, before, touched)),
    foreignKeys: diffForeignKeys(db, after, touched),
  };
}

// Of what exists before, a change relies on the tables that it touches and on their triggers, which are put aside.
function isRelied(object: SchemaObject, before: Schema, touched: ReadonlySet<string>): boolean {
  return (
    (object.type === 'table' || object.type === 'trigger') &&
    touched.has(object.table) &&
    before.tables.has(object.table)
  );
}

function diffTables(db: Database, before: Schema, after: Schema): TableChanges[] {
  const changes: TableChanges[] = [];
  for (const name of new Set([...before.tables.keys(), ...after.tables.keys()])) {
    const [old, now] = [before.tables.get(name), after.tables.get(name)];
    const table = (now ?? old) as Table;
    const presence = old === undefined ? 'after' : now === undefined ? 'before' : 'both';
    // What a virtual table holds is in its shadow tables.
    if (table.kind === 'virtual') continue;
    if (presence === 'both' && table.rowid === null && table.kind === 'rowid') {
      if (differsInScanOrder(db, table))
        throw unsupported(`rows of table "${name}", whose columns take every name of the rowid`);
      continue;
    }
    const rows = diffRows(db, table, presence, after.encoding);
    if (!hasRows(rows)) continue;
    if (table.kind === 'shadow')
      throw unsupported(`the content of a virtual table was changed (table "${name}")`);
    changes.push(rows);
  }
  return changes;
}

function hasRows(changes: TableChanges): boolean {
  for (const kind of ['update', 'insert', 'delete'] as const) {
    for (const _ of changes.rows(kind)) return true;
  }
  return false;
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
    .flatMap(({ name }) => {
      const rows = checkForeignKeys(db, name);
      return rows === null ? [] : [{ table: name, violations: rows }];
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
