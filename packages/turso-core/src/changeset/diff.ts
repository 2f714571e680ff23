import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openReadOnly, using } from '../sqlite/files/open';
import type { Database } from '../sqlite/files/sqlite';
import { readSchema, type Schema, type SchemaObject } from '../sqlite/schema/schema';
import { BEFORE, CARRIED, MISFITS } from './attached';
import { CHANGE_KINDS, type Changeset, type TableChanges } from './model';
import { changedRangesOf, diffTables } from './rows/diff-tables';
import { pieceFile, type PieceFile } from './rows/piece-file';
import { carriedColumns } from './schema/carried-columns';
import { carryTables, type CarriedTable } from './schema/carry';
import { findFilled } from './schema/filled-columns';
import { findExpected } from './schema/expected';
import { diffForeignKeys } from './schema/foreign-keys';
import { pairChangedTables } from './schema/pair-tables';
import { diffSchemas } from './schema/schema-diff';
import { diffSequences } from './schema/sequences';
import { unsupported } from './unsupported';
import { diffVirtualTables } from './virtual/virtual-diff';
import { withIndexChecks } from './virtual/virtual-whole';

/** The settings of a comparison of two databases. */
export interface DiffOptions {
  /**
   * Whether more than one remote has given the second database's rows their hidden rowids. These then do not match rows
   * of the first one. Default is false.
   */
  readonly isShared?: boolean;
  /** Runs the comparison itself, for example to time it. */
  readonly comparing?: Comparing;
}

/**
 * Compares two database files, and runs work with the changes that make the first equal to the second. It writes to
 * neither, and neither may change meanwhile. If definitions of tables differ, it copies the first to the folder of the
 * second, and removes the copy afterwards. Throws UNSUPPORTED_CHANGE.
 */
export async function withDiff<T>(
  before: string,
  after: string,
  work: (changeset: Changeset) => T | Promise<T>,
  { comparing = (compare) => compare(() => undefined), isShared = false }: DiffOptions = {},
): Promise<T> {
  const db = openReadOnly(after);
  const folder = new PrivateFolder(path.dirname(after));
  const spill = pieceFile(() => folder.file('pieces'));
  try {
    attach(db, before, BEFORE);
    return await work(
      await comparing((onCompared) =>
        diffDatabases(db, { before, after, isShared, onCompared }, { folder, spill }),
      ),
    );
  } finally {
    db.close();
    spill.close();
    folder.remove();
  }
}

/** Receives the compared bytes of the two files, then the number of changed rows found. */
export type OnCompared = (progress: {
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows';
}) => void;

/** See {@link DiffOptions}. */
export type Comparing = (compare: (onCompared: OnCompared) => Changeset) => Changeset | Promise<Changeset>;

/** A folder that is created on first use. */
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

/** The two files to compare. */
interface Files {
  readonly before: string;
  readonly after: string;
  readonly isShared: boolean;
  readonly onCompared: OnCompared;
}

/** The places for temporary files. */
interface Scratch {
  readonly folder: PrivateFolder;
  readonly spill: PieceFile;
}

function diffDatabases(db: Database, files: Files, { folder, spill }: Scratch): Changeset {
  const [before, after] = [readSchema(db, BEFORE), readSchema(db)];
  const pairs = pairChangedTables(before, after).filter((p) => carriedColumns(p.from, p.to).length > 0);
  const objects = diffSchemas(before, after, pairs);
  let carried: readonly CarriedTable[] = [];
  if (pairs.length > 0) {
    const scratch = folder.file('carried.db');
    const taken = new Set([...before.objects, ...after.objects].map((o) => o.name));
    const misfits = folder.file('misfits.db');
    carried = carryTables(scratch, {
      before: files.before,
      misfits,
      schema: before,
      pairs,
      changes: objects,
      taken,
      filledIn: (pair) => findFilled(db, pair),
    });
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
  const compared = diffTables(db, before, after, {
    carried,
    rangesOf: changedRangesOf(db, files, files.onCompared),
    isShared: files.isShared,
    spill,
  });
  const tables = [...thoseWithChanges(compared, files.onCompared), ...ofVirtual.tables];
  const touched = new Set([...tables.map((t) => t.table.name), ...ofVirtual.changes.map((c) => c.table)]);
  const altered = pairs.flatMap(({ from, to }) => [from.name, to.name]);
  const changeset: Changeset = {
    schema,
    tables,
    renumbered: compared.filter((t) => t.isRenumbered?.() === true).map((t) => t.table.name),
    virtual: ofVirtual.changes,
    unfitIndexes: ofVirtual.unfit,
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

/** Returns the tables with changed rows. The counts stay known, so each row is counted only once. */
function thoseWithChanges(tables: readonly TableChanges[], onCompared: OnCompared): TableChanges[] {
  let done = 0;
  return tables.filter((changes) => {
    const rows = CHANGE_KINDS.reduce((sum, kind) => sum + changes.count(kind), 0);
    onCompared({ done: (done += rows), total: null, unit: 'rows' });
    return rows > 0;
  });
}

// SQLite attaches an empty database of any encoding, and treats its own as that database's.
function hasOtherEncoding(file: string, { objects }: Schema, after: Schema): boolean {
  if (objects.length > 0) return false;
  return using(openReadOnly(file), (db) => db.pragma('encoding', { simple: true })) !== after.encoding;
}

// A table or view with the name of a table-valued function hides that function on the server.
function refuseHiddenFunctions(changeset: Changeset, objects: readonly SchemaObject[]): void {
  const { schema, tables, renumbered, virtual, sequences, userVersion } = changeset;
  const isNothing = [schema, tables, renumbered, virtual, sequences].every((list) => list.length === 0);
  if (isNothing && userVersion === null) return;
  const hidden = objects.find((o) => o.name === o.table && /^(?:json_each|pragma_.*)$/i.test(o.name));
  if (hidden !== undefined)
    throw unsupported(`"${hidden.name}" has the name of a function that is needed for it`);
}
