import path from 'node:path';
import { unsupported } from '../../changeset/unsupported';
import { systemCode } from '../../errors';
import { openReadOnly, using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { readSchema, type Schema, type SchemaObject } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { isVirtual } from '../../sqlite/schema/virtual-table';
import type { Conflict } from '../conflict';
import type { ConflictPolicy } from '../policy';
import { carryInto, type FillerFile } from './carry-into';
import { mergeSchemas } from './merge-schemas';
import { findMisfitConflicts, type MisfitConflict, type Removal } from './misfit-conflicts';
import { SIDES, three, type Side, type Three } from './three';

/** The input of {@link prepareMerge}. */
export interface MergeJob {
  readonly files: Three<string>;
  /** A folder for private copies. */
  readonly directory: string;
  readonly onConflict: ConflictPolicy['onConflict'];
  /** Tables of the base with other hidden rowids on the remote. */
  readonly movedRowids: ReadonlySet<string>;
}

/** Copies of three databases with the same, merged definitions. Only their rows differ. */
export interface PreparedMerge {
  readonly files: Three<string>;
  /** {@link MergeJob.movedRowids} by their merged names. */
  readonly movedRowids: ReadonlySet<string>;
  /** The contradictions of the definitions; those with a resolution are settled. */
  readonly conflicts: readonly Conflict[];
}

/**
 * Merges the definitions of two databases with a common origin. Copies of all three get the merged definitions, and
 * their rows can then be merged as usual. Returns null if the remote's definitions are unchanged: no copies are needed.
 * Throws UNSUPPORTED_CHANGE.
 */
export function prepareMerge(job: MergeJob): PreparedMerge | null {
  try {
    return prepare(job);
  } catch (error) {
    if (systemCode(error) !== 'SQLITE_ERROR') throw error;
    throw unsupported(`the definitions of both sides cannot be merged (${(error as Error).message})`);
  }
}

function prepare({ files, directory, onConflict, movedRowids }: MergeJob): PreparedMerge | null {
  return using(openReadOnly(files.theirs), (db) => {
    db.prepare('ATTACH ? AS base').run(files.base);
    db.prepare('ATTACH ? AS ours').run(files.ours);
    const schemas = three((side) => readSchema(db, side === 'theirs' ? 'main' : side));
    if (sameObjects(schemas.base, schemas.theirs)) return null;
    db.prepare('ATTACH ? AS theirs').run(files.theirs);
    const merged = mergeSchemas({ db, schemas, onConflict });
    if (merged.conflicts.some((c) => c.resolution === null))
      return { files, movedRowids, conflicts: merged.conflicts };
    const places = three((side) => path.join(directory, `merged-${side}.db`));
    const ours: FillerFile = { file: files.ours, side: 'ours', isMerged: false };
    const theirs: FillerFile = { file: places.theirs, side: 'theirs', isMerged: true };
    const carry = (side: Side, fillers: readonly FillerFile[]): ReturnType<typeof carryInto> =>
      carryInto(places[side], { side, files, schemas, merged, fillers, movedRowids });
    const misfits = {
      theirs: carry('theirs', [ours]),
      base: carry('base', [theirs, ours]),
      ours: carry('ours', [theirs]),
    };
    const { tables, shapes } = merged;
    const { encoding } = schemas.base;
    const found = findMisfitConflicts({ db, encoding, tables, shapes, misfits, onConflict });
    removeRows(places, found);
    const moved = tables.filter((t) => t.from.base !== null && movedRowids.has(t.from.base.table.name));
    return {
      files: places,
      movedRowids: new Set(moved.map((t) => t.name)),
      conflicts: [...merged.conflicts, ...found.map((f) => f.conflict)],
    };
  });
}

// Virtual tables are compared by their content, and stay as they are.
function sameObjects(a: Schema, b: Schema): boolean {
  const text = ({ objects, tables }: Schema): string =>
    JSON.stringify(
      objects
        .filter((o) => !isOfVirtual(o, tables))
        .map(({ type, name, table, sql }) => [type, name, table, sql])
        .sort(),
    );
  return text(a) === text(b);
}

function isOfVirtual({ sql, table }: SchemaObject, tables: Schema['tables']): boolean {
  return isVirtual(sql) || tables.get(table)?.kind === 'shadow';
}

function removeRows(files: Three<string>, found: readonly MisfitConflict[]): void {
  const removals = found.flatMap((f) => f.removal ?? []);
  for (const side of SIDES) {
    const own = removals.filter((r) => r.side === side);
    if (own.length > 0) using(new Database(files[side]), (db) => own.forEach((r) => removeRow(db, r)));
  }
}

function removeRow(db: Database, { table, columns, values }: Removal): void {
  db.pragma('foreign_keys = OFF');
  const terms = columns.map((name) => `${quoteName(name)} IS ?`);
  const triggers = db.prepare(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`).all() as {
    name: string;
    sql: string;
  }[];
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${quoteName(name)}`);
  db.prepare(`DELETE FROM main.${quoteName(table)} WHERE ${terms.join(' AND ')}`).run(...values);
  for (const { sql } of triggers) db.exec(sql);
}
