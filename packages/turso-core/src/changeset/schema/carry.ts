import { constants, copyFileSync } from 'node:fs';
import { systemCode } from '../../errors';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { hasTable } from '../../sqlite/schema/has-table';
import { keyColumns, type Schema, type SchemaObject, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding } from '../../sqlite/values/values';
import type { FilledColumn, ObjectChange, TableAlteration } from '../model';
import { unsupported } from '../unsupported';
import { addColumnStatements } from './add-columns';
import { carriedColumns, defaultedColumns, type CarriedColumn } from './carried-columns';
import { isConstant } from './constant';
import { dropSql } from './drop-sql';
import { inexactRows } from './inexact';
import { writeMisfits } from './misfits';
import type { TablePair } from './pair-tables';
import { rebuildStatements } from './rebuild-statements';
import { renameStatements, type RenameContext } from './rename-statements';

/** How a table's definition is changed. */
export interface CarriedTable extends TablePair {
  readonly alteration: TableAlteration;
  /** Which rows have to go before: as they were, they do not fit the new definition, or nobody knows how. */
  readonly leaves: 'none' | 'misfits' | 'all';
}

/** What {@link carryTables} works on. */
export interface CarryOptions {
  /** The file of the database as it was. */
  readonly before: string;
  /** Where to write the rows of tables that leave only `misfits`: to a database with just these tables and rows. */
  readonly misfits: string;
  readonly schema: Schema;
  readonly pairs: readonly TablePair[];
  /** What else changes. */
  readonly changes: readonly ObjectChange[];
  /** Names that are taken in the database as it becomes. */
  readonly taken: ReadonlySet<string>;
  /** See {@link TableAlteration.filled}. */
  readonly filledIn: (pair: TablePair) => readonly FilledColumn[];
}

/**
 * Finds how tables get their new definitions by doing it: makes a copy of a database in which that has happened, so that
 * rows can be compared with what becomes of them. Throws UNSUPPORTED_CHANGE.
 */
export function carryTables(
  file: string,
  { before, misfits, schema, pairs, changes, taken, filledIn }: CarryOptions,
): CarriedTable[] {
  copyFileSync(before, file, constants.COPYFILE_FICLONE);
  return using(openScratch(file), (db) => {
    const dropped = changes
      .filter(({ action, object }) => action === 'drop' && schema.tables.get(object.name)?.kind !== 'virtual')
      .map((c) => c.object);
    const inTheWay = schema.objects.filter(
      (o) => o.type === 'view' || o.type === 'trigger' || dropped.includes(o),
    );
    const order = ['trigger', 'view', 'index', 'table'];
    for (const object of inTheWay.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type)))
      db.exec(dropSql(object));
    const { encoding } = schema;
    const holding = freeName(taken);
    const options = {
      before,
      misfits,
      schema,
      changes,
      encoding,
      holding,
      hasSequences: hasTable(db, 'sqlite_sequence'),
      filledIn,
    };
    // First, since renaming reads all that may use a name, and tables that go leave views behind that cannot be read.
    const renamed = pairs.flatMap((pair) => renameTable(db, pair, options) ?? []);
    const others = pairs.filter((pair) => !renamed.some((c) => c.to === pair.to));
    return [...renamed, ...others.map((pair) => carryTable(db, pair, options))];
  });
}

function openScratch(file: string): Database {
  const db = new Database(file);
  // Nobody needs this file after a crash.
  for (const pragma of ['journal_mode = MEMORY', 'synchronous = OFF', 'foreign_keys = OFF'])
    db.pragma(pragma);
  return db;
}

function freeName(taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = `turso_sync_staging_rebuild_${n}`;
    if (!taken.has(name)) return name;
  }
}

interface Place extends RenameContext, Pick<CarryOptions, 'filledIn'> {
  readonly before: string;
  readonly misfits: string;
  readonly encoding: Encoding;
  readonly holding: string;
  readonly hasSequences: boolean;
}

function renameTable(db: Database, pair: TablePair, place: Place): CarriedTable | null {
  const statements = renameStatements(pair, place);
  if (statements === null || attempt(db, statements) !== null) return null;
  return carriedTable(pair, { rebuilt: false, statements, leaves: 'none' });
}

function carriedTable(
  pair: TablePair,
  {
    leaves,
    ...how
  }: Pick<TableAlteration, 'rebuilt' | 'statements' | 'filled'> & Pick<CarriedTable, 'leaves'>,
): CarriedTable {
  const [from, object] = [objectOf(pair.from), objectOf(pair.to)];
  return { ...pair, alteration: { action: 'alter', object, from, ...how }, leaves };
}

function carryTable(db: Database, pair: TablePair, place: Place): CarriedTable {
  const { from, to } = pair;
  const added = addColumnStatements(pair);
  if (added !== null && attempt(db, added) === null)
    return carriedTable(pair, { rebuilt: false, statements: added, leaves: 'none' });
  const filled = place.filledIn(pair);
  const options = { ...place, carried: carriedColumns(from, to), filled };
  const statements = rebuildStatements(pair, options);
  const leaves = rebuild(db, pair, { ...options, statements });
  const text = db
    .prepare(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck()
    .get(to.name);
  if (text !== to.sql)
    throw unsupported(`no statement gives table "${to.name}" the text of its definition: ${to.sql}`);
  const fills = filled.length === 0 ? {} : { filled };
  return carriedTable(pair, { rebuilt: true, statements, leaves, ...fills });
}

interface Rebuild extends Place {
  readonly filled: readonly FilledColumn[];
  readonly carried: readonly CarriedColumn[];
  readonly statements: readonly string[];
}

/** Rebuilds a table, with as many of its rows as fit, and answers which had to go. */
function rebuild(db: Database, pair: TablePair, { statements, ...options }: Rebuild): CarriedTable['leaves'] {
  const { from, to } = pair;
  const name = `main.${quoteName(from.name)}`;
  // A default that is another one each time is known to nobody.
  const isFilled = (name: string): boolean => options.filled.some((f) => f.column === name);
  if (defaultedColumns(to, options.carried).every((c) => isFilled(c.name) || isConstant(c))) {
    const condition = inexactRows(pair, options.carried);
    const isExact =
      condition === null || db.prepare(`SELECT 1 FROM ${name} WHERE ${condition}`).get() === undefined;
    if (isExact && attempt(db, statements) === null) return 'none';
    if (writeMisfits(options.misfits, pair, { ...options, condition })) {
      const key = keyColumns(from).map(quoteName).join(',');
      const misfits = `SELECT ${key} FROM misfits.${quoteName(from.name)}`;
      db.prepare('ATTACH ? AS misfits').run(options.misfits);
      const refusal = attempt(db, [`DELETE FROM ${name} WHERE (${key}) IN (${misfits})`, ...statements]);
      db.exec('DETACH misfits');
      if (refusal === null) return 'misfits';
    }
  }
  const refusal = attempt(db, [`DELETE FROM ${name}`, ...statements]);
  if (refusal === null) return 'all';
  throw unsupported(`the new definition of table "${to.name}" cannot be made (${refusal})`);
}

function objectOf({ name, sql }: Table): SchemaObject {
  return { type: 'table', name, table: name, sql };
}

/** Runs all statements or none; answers what SQLite says against it. */
function attempt(db: Database, statements: readonly string[]): string | null {
  try {
    db.transaction(() => statements.forEach((sql) => db.exec(sql)))();
    return null;
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    return (error as Error).message;
  }
}
