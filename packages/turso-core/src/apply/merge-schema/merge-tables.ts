import type { Database } from '../../sqlite/files/sqlite';
import type { Schema, Table } from '../../sqlite/schema/schema';
import { pairOf, type CommonNames, type SideNames } from './common-names';
import { sameSql } from './definition';
import type { Disputes } from './disputes';
import { findEdited } from './find-edited';
import { mergeTable } from './merge-table';
import type { MergedTable, SourceTable } from './merged-schema';
import type { RenamedObject } from './rename-all';
import { three, type Side, type Three } from './three';

/** The schemas with common names. */
export interface NamedSchemas {
  readonly db: Database;
  readonly schemas: Three<Schema>;
  readonly sides: Readonly<Record<'ours' | 'theirs', SideNames>>;
  readonly names: CommonNames;
  readonly renamed: Three<readonly RenamedObject[]>;
  readonly disputes: Disputes;
}

/** Merges the definitions of all tables of the three. */
export function mergeTables(context: NamedSchemas): MergedTable[] {
  const { schemas, sides, names, renamed } = context;
  const known = [...names.tables].flatMap(([table, name]) => {
    const from = three((side) => sourceOf(context, side, table));
    const sql = three((side) => definitionOf(renamed[side], from[side]));
    return from.ours === null && from.theirs === null
      ? []
      : [{ name, from, sql: mergeKnown(context, { table, from, sql }) }];
  });
  const isNew = (
    side: 'ours' | 'theirs',
    { table, renamed: { type } }: RenamedObject & { table: Table },
  ): boolean => type === 'table' && !sides[side].pairs.some((p) => p.to === table);
  const fresh = (side: 'ours' | 'theirs'): (RenamedObject & { table: Table })[] =>
    renamed[side].flatMap((o) => {
      const table = o.object.type === 'table' ? schemas[side].tables.get(o.object.name) : undefined;
      return table === undefined ? [] : [{ ...o, table }].filter((found) => isNew(side, found));
    });
  const [mine, other] = [fresh('ours'), fresh('theirs')];
  const source = ({ table }: { table: Table }): SourceTable => ({ table, columns: ownColumns(table) });
  const both = other.map((theirs): MergedTable => {
    const ours = mine.find((o) => o.renamed.name.toLowerCase() === theirs.renamed.name.toLowerCase());
    if (ours !== undefined && !sameSql(ours.renamed.sql, theirs.renamed.sql))
      madeTwice(context, ours, theirs);
    const from = { base: null, ours: ours === undefined ? null : source(ours), theirs: source(theirs) };
    return { name: theirs.renamed.name, sql: theirs.renamed.sql, from };
  });
  const alone = mine
    .filter((o) => !both.some((t) => t.name.toLowerCase() === o.renamed.name.toLowerCase()))
    .map((o): MergedTable => ({
      name: o.renamed.name,
      sql: o.renamed.sql,
      from: { base: null, ours: source(o), theirs: null },
    }));
  return [...known, ...both, ...alone];
}

function madeTwice({ disputes }: NamedSchemas, ours: RenamedObject, theirs: RenamedObject): void {
  disputes.refuse({
    type: 'table',
    name: theirs.renamed.name,
    column: null,
    message: 'Both sides made a table of this name, in different ways.',
    old: undefined,
    local: ours.object.sql,
    remote: theirs.object.sql,
  });
}

function ownColumns({ columns }: Table): Map<string, string> {
  return new Map(columns.map((c) => [c.name.toLowerCase(), c.name]));
}

function sourceOf({ schemas, sides, names }: NamedSchemas, side: Side, table: string): SourceTable | null {
  const found = side === 'base' ? schemas.base.tables.get(table) : pairOf(sides[side], table)?.to;
  if (found === undefined) return null;
  const common = names.columns.get(table) ?? new Map<string, string>();
  const known = side === 'base' ? null : (sides[side].columns.get(table) ?? new Map<string, string>());
  const nameOf = new Map(
    [...common].flatMap(([column, now]): [string, string][] => {
      const own = known === null ? column : known.get(column);
      return own === undefined ? [] : [[own, now]];
    }),
  );
  return {
    table: found,
    columns: new Map(found.columns.map((c) => [(nameOf.get(c.name) ?? c.name).toLowerCase(), c.name])),
  };
}

/** Returns the definition of a table after renames. */
function definitionOf(objects: readonly RenamedObject[], source: SourceTable | null): string | undefined {
  if (source === null) return undefined;
  const { name } = source.table;
  return (
    objects.find((o) => o.object.type === 'table' && o.object.name === name)?.renamed.sql ?? source.table.sql
  );
}

interface KnownTable {
  /** Its name in the base. */
  readonly table: string;
  readonly from: Three<SourceTable | null>;
  readonly sql: Three<string | undefined>;
}

/** Merges a table of the base. */
function mergeKnown(context: NamedSchemas, { table, from, sql }: KnownTable): string {
  const { db, disputes, sides } = context;
  const { base = '', ours, theirs } = sql;
  const texts = {
    type: 'table' as const,
    name: table,
    old: from.base?.table.sql,
    local: from.ours?.table.sql,
    remote: from.theirs?.table.sql,
  };
  if (ours === undefined || theirs === undefined) {
    // Merging the rows shows whether they were changed as well.
    const [left, message] =
      ours === undefined
        ? [theirs, 'You dropped this table, and its definition was changed on the remote.']
        : [ours, 'You changed the definition of this table, and it was dropped on the remote.'];
    if (!sameSql(base, left) || isRenamed(context, table))
      disputes.refuse({ ...texts, column: null, message });
    return base;
  }
  return mergeTable(
    { base, ours, theirs },
    {
      decide: (dispute) => disputes.decide({ ...texts, ...dispute }),
      objection(column, droppedBy) {
        const [other, who, whom] =
          droppedBy === 'theirs'
            ? (['ours', 'It was dropped on the remote', 'you'] as const)
            : (['theirs', 'You dropped it', 'the remote'] as const);
        const old = [...(context.names.columns.get(table) ?? [])].find(
          ([, now]) => now.toLowerCase() === column,
        )?.[0];
        if (old === undefined) return null;
        const now = sides[other].columns.get(table)?.get(old) ?? old;
        if (now !== old) return `Column "${old}": ${who.toLowerCase()}, and ${whom} renamed it to "${now}".`;
        const edited = findEdited(db, { base: from.base, edited: from[other], side: other, column });
        if (edited === null) return null;
        return `Column "${old}": ${who.toLowerCase()}, and ${whom} changed its values (${edited}).`;
      },
    },
  );
}

function isRenamed({ names, sides }: NamedSchemas, table: string): boolean {
  const ofColumns = [sides.ours, sides.theirs].flatMap((side) => [...(side.columns.get(table) ?? [])]);
  return names.tables.get(table) !== table || ofColumns.some(([old, now]) => old !== now);
}
