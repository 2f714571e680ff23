import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Database } from 'better-sqlite3';
import { openReadOnly, using } from '../local/files/open';
import {
  hasHiddenRowid,
  keyColumns,
  readSchema,
  rowColumns,
  type Schema,
  type SchemaObject,
  type Table,
} from '../local/schema/schema';
import { countBefore } from './rows/count-before';
import { carriedColumns } from './schema/carried-columns';
import { carryTables, type CarriedTable } from './schema/carry';
import {
  type Changeset,
  type ForeignKeyCheck,
  type ForeignKeyViolation,
  type SchemaChange,
  type SequenceChange,
  type TableChanges,
} from './model';
import { diffCopies } from './rows/copies-diff';
import { findChangedRanges, type ChangedRanges, type Roots } from './pages/changed-ranges';
import { pairChangedTables } from './schema/pair-tables';
import { diffRows, hasChanges, MAX_COLUMNS } from './rows/row-diff';
import { BEFORE } from './rows/row-queries';
import { exceptRenumbered } from './rows/renumbered';
import { diffSchemas } from './schema/schema-diff';
import { tablesGoing } from './schema/tables-going';
import { unsupported } from './unsupported';
import { diffVirtualTables } from './virtual/virtual-diff';
import { withIndexChecks } from './virtual/virtual-whole';
import { diffWide } from './rows/wide-diff';

/** The name under which the tables with changed definitions are attached, with the older rows carried into them. */
const CARRIED = 'carried';

/** The name under which the rows are attached that do not fit a new definition, each in a table of the old one. */
const MISFITS = 'misfits';

/**
 * Compares two database files and runs work with what has to happen to the first so that it equals the second. Nothing is
 * written to either; neither may be changed meanwhile. Where definitions of tables differ, a copy of the first is made in
 * the folder of the second, and removed afterwards. Throws UNSUPPORTED_CHANGE.
 */
export async function withDiff<T>(
  before: string,
  after: string,
  work: (changeset: Changeset) => T | Promise<T>,
): Promise<T> {
  const db = openReadOnly(after);
  const folder = new PrivateFolder(path.dirname(after));
  try {
    attach(db, before, BEFORE);
    return await work(diffDatabases(db, { before, after }, folder));
  } finally {
    db.close();
    folder.remove();
  }
}

/** A folder that is made when it is needed. */
class PrivateFolder {
  readonly #parent: string;
  #made: string | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  file(name: string): string {
    this.#made ??= mkdtempSync(path.join(this.#parent, 'turso-sync-'));
    return path.join(this.#made, name);
  }

  remove(): void {
    if (this.#made !== undefined) rmSync(this.#made, { recursive: true, force: true });
  }
}

function attach(db: Database, file: string, name: string): void {
  try {
    db.prepare(`ATTACH ? AS ${name}`).run(file);
  } catch (error) {
    // SQLite attaches no database of another encoding.
    if (!(error as Error).message.includes('must use the same text encoding')) throw error;
    throw unsupported(
      'the text encoding of the database was changed',
      'A server keeps the one that it began with: put the content into a database of the encoding of the base.',
    );
  }
}

function diffDatabases(db: Database, files: Files, folder: PrivateFolder): Changeset {
  const [before, after] = [readSchema(db, BEFORE), readSchema(db)];
  const pairs = pairChangedTables(before, after).filter((p) => carriedColumns(p.from, p.to).length > 0);
  const objects = diffSchemas(before, after, pairs);
  let carried: readonly CarriedTable[] = [];
  if (pairs.length > 0) {
    const scratch = folder.file('carried.db');
    const taken = new Set([...before.objects, ...after.objects].map((o) => o.name));
    const misfits = folder.file('misfits.db');
    const options = { before: files.before, misfits, schema: before, pairs, changes: objects, taken };
    carried = carryTables(scratch, options);
    attach(db, scratch, CARRIED);
    if (carried.some((c) => c.leaves === 'misfits')) attach(db, misfits, MISFITS);
  }
  const schema = [
    ...objects.filter((c) => c.action === 'drop'),
    ...carried.map((c) => c.alteration),
    ...objects.filter((c) => c.action === 'create'),
  ];
  const ofVirtual = withIndexChecks(
    files,
    (name) => folder.file(name),
    (checks) => diffVirtualTables(db, { before, after, checks }),
  );
  const compared = diffTables(db, before, after, { carried, rangesOf: changedRangesOf(db, files) });
  const tables = [...compared.filter(hasChanges), ...ofVirtual.tables];
  const touched = new Set([...tables.map((t) => t.table.name), ...ofVirtual.changes.map((c) => c.table)]);
  const altered = pairs.flatMap(({ from, to }) => [from.name, to.name]);
  const changeset: Changeset = {
    schema,
    tables,
    renumbered: compared.filter((t) => t.isRenumbered?.() === true).map((t) => t.table.name),
    virtual: ofVirtual.changes,
    sequences: diffSequences(db, carried.length > 0 ? CARRIED : BEFORE),
    userVersion:
      before.userVersion === after.userVersion ? null : { from: before.userVersion, to: after.userVersion },
    notCarried: [
      ...(before.applicationId === after.applicationId ? [] : ['application_id']),
      ...(hasOtherEncoding(files.before, before, after) ? ['encoding'] : []),
    ],
    expects: findExpected(before, schema, touched),
    knownTables: [...new Set([...before.tables.keys(), ...after.tables.keys()])],
    foreignKeys: diffForeignKeys(db, after, new Set([...touched, ...altered])),
  };
  refuseHiddenFunctions(changeset, [...before.objects, ...after.objects]);
  return changeset;
}

// SQLite attaches an empty database of any encoding, and takes its own for it.
function hasOtherEncoding(file: string, { objects }: Schema, after: Schema): boolean {
  if (objects.length > 0) return false;
  return using(openReadOnly(file), (db) => db.pragma('encoding', { simple: true })) !== after.encoding;
}

// A table or view of the name of a table-valued function hides it on the server.
function refuseHiddenFunctions(changeset: Changeset, objects: readonly SchemaObject[]): void {
  const { schema, tables, renumbered, virtual, sequences, userVersion } = changeset;
  const isNothing = [schema, tables, renumbered, virtual, sequences].every((list) => list.length === 0);
  if (isNothing && userVersion === null) return;
  const hidden = objects.find((o) => o.name === o.table && /^(?:json_each|pragma_.*)$/i.test(o.name));
  if (hidden !== undefined)
    throw unsupported(`"${hidden.name}" has the name of a function that is needed for it`);
}

/**
 * Of what exists before, a change relies on: what it drops; tables that it alters, with all that hangs on those that are
 * made anew; the tables whose rows it touches and their triggers, which are put aside; the triggers of views that are made
 * anew; the tables that get an index or a trigger.
 */
function findExpected(
  before: Schema,
  changes: readonly SchemaChange[],
  touched: ReadonlySet<string>,
): SchemaObject[] {
  const dropped = new Set(changes.filter((c) => c.action === 'drop').map((c) => c.object));
  const altered = changes.filter((c) => c.action === 'alter');
  const remade = new Set(tablesGoing(changes));
  const made = changes.filter((c) => c.action === 'create').map((c) => c.object);
  const droppedViews = new Set([...dropped].filter((o) => o.type === 'view').map((o) => o.name));
  const used = new Set([...touched, ...made.map((o) => o.table), ...altered.map((c) => c.from.name)]);
  const isShadow = (o: SchemaObject): boolean => before.tables.get(o.name)?.kind === 'shadow';
  return before.objects.filter(
    (o) =>
      dropped.has(o) ||
      (o.type === 'table' && !isShadow(o) && used.has(o.name)) ||
      (o.type === 'index' && remade.has(o.table)) ||
      (o.type === 'trigger' && (touched.has(o.table) || remade.has(o.table) || droppedViews.has(o.table))),
  );
}

/** The two files that are compared. */
interface Files {
  readonly before: string;
  readonly after: string;
}

function changedRangesOf(db: Database, { before, after }: Files): ChangedRanges {
  const roots = (schema: string): Roots => {
    const select = db.prepare(`SELECT name, rootpage FROM ${schema}.sqlite_schema WHERE rootpage > 0`);
    return new Map(select.raw().all() as [string, number][]);
  };
  return findChangedRanges({ file: before, roots: roots(BEFORE) }, { file: after, roots: roots('main') });
}

function diffTables(
  db: Database,
  before: Schema,
  after: Schema,
  { carried, rangesOf }: { readonly carried: readonly CarriedTable[]; readonly rangesOf: ChangedRanges },
): TableChanges[] {
  const { encoding } = after;
  const isOther = (t: Table): boolean =>
    isStored(t) || carried.some(({ from, to }) => from === t || to === t);
  const [olds, news] = [before, after].map(({ tables }) => [...tables.values()].filter((t) => !isOther(t)));
  const dropped = (olds ?? []).filter((t) => after.tables.get(t.name)?.sql !== t.sql);
  return [
    ...(news ?? []).map((table) =>
      before.tables.get(table.name)?.sql === table.sql
        ? diffTable(db, table, 'both', encoding, { ranges: rangesOf(table.name) })
        : diffTable(db, table, 'after', encoding),
    ),
    ...carried.map(({ to }) => diffTable(db, to, 'both', encoding, { older: CARRIED })),
    ...dropped.map((table) => diffTable(db, table, 'before', encoding)),
    ...carried
      .filter((c) => c.leaves !== 'none')
      .map(({ from, leaves }) =>
        diffTable(db, from, 'before', encoding, { older: leaves === 'all' ? BEFORE : MISFITS }),
      ),
  ].flatMap((changes) => changes ?? []);
}

function diffTable(
  ...[db, table, presence, encoding, place = {}]: Parameters<typeof diffRows>
): TableChanges | null {
  if (place.ranges?.length === 0) return null;
  if (keyColumns(table).length === 0) return diffCopies(db, table, presence, encoding, place.older);
  const isWide = rowColumns(table).length > MAX_COLUMNS;
  const rows = isWide
    ? diffWide(db, table, presence, encoding, place.older)
    : diffRows(db, table, presence, encoding, place);
  if (isWide || presence !== 'both' || !hasHiddenRowid(table)) return rows;
  const count: TableChanges['countBefore'] = (contents) => countBefore(db, table, contents, place.older);
  return exceptRenumbered(db, table, encoding, { ...rows, countBefore: count }, place.older);
}

/** Whether a table is virtual, or holds what a virtual table stores. */
function isStored(table: Table): boolean {
  return table.kind === 'virtual' || table.kind === 'shadow';
}

function diffSequences(db: Database, older: string): SequenceChange[] {
  const [before, after] = [readSequences(db, older), readSequences(db, 'main')];
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
      .prepare(`SELECT "rowid", parent, fkid AS key FROM temp.pragma_foreign_key_check(?, 'main')`)
      .safeIntegers()
      .all(table) as ForeignKeyViolation[];
  } catch (error) {
    // "foreign key mismatch": the parent has no such unique key, so no server enforces it either.
    if ((error as Error).message.includes('foreign key mismatch')) return null;
    throw error;
  }
}
