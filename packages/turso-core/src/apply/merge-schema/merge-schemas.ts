import type { Database } from '../../sqlite/files/sqlite';
import type { Schema } from '../../sqlite/schema/schema';
import type { ConflictPolicy } from '../policy';
import { checkMerged } from './check-merged';
import { commonNames, pairOf, type CommonNames, type NameClash, type SideNames } from './common-names';
import { createDisputes, type Disputes } from './disputes';
import { matchColumns } from './match-columns';
import { matchTables } from './match-tables';
import { mergeObjects } from './merge-objects';
import { mergeTables, type NamedSchemas } from './merge-tables';
import type { MergedSchema } from './merged-schema';
import { renameAll, type Rename } from './rename-all';
import { three, type Side, type Three } from './three';

/** The input of {@link mergeSchemas}. */
export interface SchemaMerge {
  /** A connection with the three databases attached as `base`, `ours` and `theirs`. */
  readonly db: Database;
  readonly schemas: Three<Schema>;
  readonly onConflict: ConflictPolicy['onConflict'];
}

/**
 * Merges the definitions of two databases with a common origin. First it applies both sides' renames to all three, so
 * they use the same names. Then it merges each table by its columns, and everything else by its text.
 */
export function mergeSchemas(merge: SchemaMerge): MergedSchema {
  const { db, schemas, onConflict } = merge;
  const disputes = createDisputes(onConflict);
  const sides = { ours: namesOf(merge, 'ours'), theirs: namesOf(merge, 'theirs') };
  const names = commonNames(sides.ours, sides.theirs, (clash) => decideName(clash, sides, disputes));
  const renamed = three((side) => renameAll(schemas[side], renamesOf(side, sides, names)));
  const context: NamedSchemas = { db, schemas, sides, names, renamed, disputes };
  const tables = mergeTables(context);
  const objects = mergeObjects(renamed, disputes);
  const checked = checkMerged({ tables, objects, schemas }, disputes);
  return { tables, objects, shapes: checked, conflicts: disputes.conflicts() };
}

function namesOf({ db, schemas }: SchemaMerge, side: 'ours' | 'theirs'): SideNames {
  const pairs = matchTables(db, schemas.base, schemas[side], side);
  return { pairs, columns: new Map(pairs.map((pair) => [pair.from.name, matchColumns(db, pair, side)])) };
}

function decideName(clash: NameClash, sides: NamedSchemas['sides'], disputes: Disputes): string {
  const { table, column } = clash;
  const what = column === null ? 'this table' : `column "${column}"`;
  const texts = { base: undefined, ours: pairOf(sides.ours, table), theirs: pairOf(sides.theirs, table) };
  const winner = disputes.decide({
    type: 'table',
    name: table,
    column,
    message: `You renamed ${what} to "${clash.ours}", and it was renamed to "${clash.theirs}" on the remote.`,
    old: texts.ours?.from.sql ?? texts.theirs?.from.sql,
    local: texts.ours?.to.sql,
    remote: texts.theirs?.to.sql,
  });
  return clash[winner];
}

/** Returns the necessary renames in one of the three. */
function renamesOf(side: Side, sides: NamedSchemas['sides'], { tables, columns }: CommonNames): Rename[] {
  return [...tables].flatMap(([table, to]) => {
    const here = side === 'base' ? table : pairOf(sides[side], table)?.to.name;
    if (here === undefined) return [];
    const known = side === 'base' ? null : sides[side].columns.get(table);
    const changed = [...(columns.get(table) ?? [])].flatMap(([column, now]): [string, string][] => {
      const own = known === null ? column : known?.get(column);
      return own === undefined || own === now ? [] : [[own, now]];
    });
    return here === to && changed.length === 0 ? [] : [{ table: here, to, columns: changed }];
  });
}
