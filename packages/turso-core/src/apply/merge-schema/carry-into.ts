import { constants, copyFileSync } from 'node:fs';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { dropSql } from '../../changeset/schema/drop-sql';
import { hasTable } from '../../sqlite/schema/has-table';
import { isCounted } from '../../sqlite/schema/is-counted';
import type { Schema, SchemaObject, Table } from '../../sqlite/schema/schema';
import { sqlTokens } from '../../sqlite/schema/sql-tokens';
import { inOrder } from './check-merged';
import { carrySelect, type Filler } from './carry-select';
import { dropIndexes, findExternalIndexes, makeIndexes } from './external-indexes';
import { fillTable, type Misfit } from './fill-table';
import type { MergedSchema, MergedTable, SourceTable } from './merged-schema';
import { ownObjects } from './rename-all';
import type { Side, Three } from './three';

/** The input of {@link carryInto}. */
export interface CarryJob {
  readonly side: Side;
  readonly files: Three<string>;
  readonly schemas: Three<Schema>;
  readonly merged: MergedSchema;
  /** Databases with values for columns missing here, in the order of preference. */
  readonly fillers: readonly FillerFile[];
  /** Tables of the base with hidden rowids that no longer identify rows. */
  readonly movedRowids: ReadonlySet<string>;
}

/** A database with values for columns that another one lacks: one of the three, or a merged one. */
export interface FillerFile {
  readonly file: string;
  readonly side: Side;
  readonly isMerged: boolean;
}

/** Rows that a merged definition does not take, by the table's name there. */
export type Misfits = ReadonlyMap<string, readonly Misfit[]>;

/**
 * Copies one of three databases and gives the copy the merged definitions. If the other side added a column, rows get
 * its values from the same row there. Virtual tables stay as they are.
 *
 * @returns the rows that do not fit; the copy lacks them.
 */
export function carryInto(file: string, job: CarryJob): Misfits {
  const { side, files, schemas, merged } = job;
  copyFileSync(files[side], file, constants.COPYFILE_FICLONE);
  return using(new Database(file), (db) => {
    for (const pragma of ['journal_mode = MEMORY', 'synchronous = OFF', 'foreign_keys = OFF'])
      db.pragma(pragma);
    db.prepare('ATTACH ? AS source').run(files[side]);
    db.prepare('ATTACH ? AS base').run(files.base);
    job.fillers.forEach((filler, i) => db.prepare(`ATTACH ? AS filler${i}`).run(filler.file));
    return db.transaction(() => carry(db, job, ownObjects(schemas[side]), merged))();
  });
}

function carry(
  db: Database,
  job: CarryJob,
  existing: readonly SchemaObject[],
  merged: MergedSchema,
): Map<string, readonly Misfit[]> {
  const own = merged.tables.flatMap((table): OwnTable[] => {
    const source = table.from[job.side];
    return source === null
      ? []
      : [{ table, source, isRemade: isRemade({ table, source }, existing, merged) }];
  });
  const stays = (o: SchemaObject): boolean =>
    o.type === 'table'
      ? own.some((t) => t.source.table.name === o.name && !t.isRemade)
      : o.type === 'index' &&
        merged.objects.some((m) => m.type === 'index' && m.name === o.name && m.sql === o.sql) &&
        own.some((t) => t.source.table.name === o.table && !t.isRemade);
  const indexes = job.side === 'theirs' ? [] : findExternalIndexes(job.schemas);
  const gone = existing.filter((o) => !stays(o));
  for (const type of ['trigger', 'view', 'index', 'table'])
    for (const object of gone.filter((o) => o.type === type)) db.exec(dropSql(object));
  dropIndexes(db, indexes);
  const misfits = new Map<string, readonly Misfit[]>();
  for (const { table, source, isRemade: isNew } of own) {
    if (!isNew) continue;
    db.exec(table.sql);
    for (const index of ruleIndexes(table, merged)) db.exec(index.sql);
    const shape = merged.shapes.get(table.name);
    if (shape === undefined) continue;
    const found = fillTable(
      db,
      carrySelect({ ...job, shape, table, source, fillers: fillersOf(job, table, shape) }),
    );
    if (found.length > 0) misfits.set(table.name, found);
    keepCounter(db, shape, source.table);
  }
  // These tables stay empty. Objects that refer to them need them.
  const fresh = merged.tables.filter((t) => job.side !== 'theirs' && isOnlyTheirs(t));
  for (const { sql } of fresh) db.exec(sql);
  makeIndexes(db, indexes);
  const names = new Set([...own.map((o) => o.table), ...fresh].map((t) => t.name.toLowerCase()));
  const isThere = new Set(existing.filter(stays).map((o) => `${o.type} ${o.name}`));
  const views = merged.objects.filter((o) => o.type === 'view').map((o) => o.name.toLowerCase());
  for (const object of inOrder(merged.objects)) {
    const host = object.table.toLowerCase();
    if (object.type !== 'view' && !names.has(host) && !views.includes(host)) continue;
    if (isThere.has(`${object.type} ${object.name}`)) continue;
    if (isRule(object) && own.some((t) => t.isRemade && t.table.name === object.table)) continue;
    db.exec(object.sql);
  }
  return misfits;
}

/** Checks whether only the other side has made this table. */
function isOnlyTheirs({ from }: MergedTable): boolean {
  return from.base === null && from.ours === null;
}

interface OwnTable {
  readonly table: MergedTable;
  readonly source: SourceTable;
  readonly isRemade: boolean;
}

/** Checks whether the table must be recreated: also for an index that may refuse its rows. */
function isRemade(
  { table, source }: Omit<OwnTable, 'isRemade'>,
  existing: readonly SchemaObject[],
  merged: MergedSchema,
): boolean {
  if (source.table.sql !== table.sql || source.table.name !== table.name) return true;
  const known = existing.filter((o) => o.table === table.name && isRule(o)).map((o) => o.sql);
  return ruleIndexes(table, merged).some((o) => !known.includes(o.sql));
}

function ruleIndexes({ name }: MergedTable, { objects }: MergedSchema): SchemaObject[] {
  return objects.filter((o) => isRule(o) && o.table === name);
}

/** Checks whether an index may refuse rows: it is unique, partial, or computes something. */
function isRule({ type, sql }: SchemaObject): boolean {
  const words = sqlTokens(sql).map(({ text }) => text.toLowerCase());
  return (
    type === 'index' &&
    (words[1] === 'unique' || words.filter((w) => w === '(').length > 1 || words.includes('where'))
  );
}

function fillersOf({ fillers }: CarryJob, { from }: MergedTable, shape: Table): Filler[] {
  return fillers.flatMap(({ side, isMerged }, i): Filler[] => {
    const [place, alias] = [`filler${i}`, `f${i}`];
    if (!isMerged) return from[side] === null ? [] : [{ place, alias, ...from[side] }];
    const columns = new Map(shape.columns.map((c) => [c.name.toLowerCase(), c.name]));
    return from[side] === null ? [] : [{ place, alias, table: shape, columns }];
  });
}

function keepCounter(db: Database, shape: Table, { name }: Table): void {
  if (!isCounted(shape) || !hasTable(db, 'sqlite_sequence', 'source')) return;
  const seq = db
    .prepare('SELECT seq FROM source.sqlite_sequence WHERE name = ?')
    .pluck()
    .safeIntegers()
    .get(name);
  if (seq === undefined) return;
  db.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(shape.name);
  db.prepare('INSERT INTO main.sqlite_sequence(name, seq) VALUES(?, ?)').run(shape.name, seq);
}
