import type { OnBytes } from '../../sqlite/files/copy-file';
import type { Database } from '../../sqlite/files/sqlite';
import {
  declaredKey,
  hasHiddenRowid,
  keyColumns,
  rowColumns,
  type Schema,
  type Table,
} from '../../sqlite/schema/schema';
import { BEFORE, CARRIED, MISFITS } from '../attached';
import type { TableChanges } from '../model';
import { findChangedRanges, type ChangedRanges, type Roots } from '../pages/changed-ranges';
import type { CarriedTable } from '../schema/carry';
import { diffCopies } from './copies-diff';
import { countBefore } from './count-before';
import { exceptMovedHere } from './moved-here';
import type { PieceFile } from './piece-file';
import { exceptRenumbered } from './renumbered';
import { withReplaced } from './replaced';
import { diffRows, MAX_COLUMNS, type Place } from './row-diff';
import { understated } from './understated';
import { diffWide } from './wide-diff';

/** Finds the differing ranges of two database files. */
export function changedRangesOf(
  db: Database,
  { before, after }: { readonly before: string; readonly after: string },
  onBytes?: OnBytes,
): ChangedRanges {
  const roots = (schema: string): Roots => {
    const select = db.prepare(`SELECT name, rootpage FROM ${schema}.sqlite_schema WHERE rootpage > 0`);
    return new Map(select.raw().all() as [string, number][]);
  };
  const sides = [
    { file: before, roots: roots(BEFORE) },
    { file: after, roots: roots('main') },
  ] as const;
  return findChangedRanges(...sides, onBytes);
}

/** The settings for comparing tables. */
export interface TablesToDiff {
  readonly carried: readonly CarriedTable[];
  readonly rangesOf: ChangedRanges;
  /** Takes rendered rows too large for memory. */
  readonly spill: PieceFile;
  /** See {@link DiffOptions}. */
  readonly isShared: boolean;
}

/** Compares the rows of all tables except virtual ones and their storage. */
export function diffTables(
  db: Database,
  before: Schema,
  after: Schema,
  { carried, rangesOf, spill, isShared }: TablesToDiff,
): TableChanges[] {
  const { encoding } = after;
  const isOther = (t: Table): boolean =>
    isStored(t) || carried.some(({ from, to }) => from === t || to === t);
  const [olds, news] = [before, after].map(({ tables }) => [...tables.values()].filter((t) => !isOther(t)));
  const diffBoth = (table: Table, place: Place): TableChanges | null => {
    const changes = diffTable(db, table, 'both', encoding, place);
    const isMoving = isShared && changes !== null && hasHiddenRowid(table) && changes.key.length > 0;
    return isMoving ? exceptMovedHere(db, changes, place.older) : changes;
  };
  const dropped = (olds ?? []).filter((t) => after.tables.get(t.name)?.sql !== t.sql);
  return [
    ...(news ?? []).map((table) =>
      before.tables.get(table.name)?.sql === table.sql
        ? diffBoth(table, { ranges: rangesOf(table.name), spill })
        : diffTable(db, table, 'after', encoding, { spill }),
    ),
    ...carried.map(({ to }) => diffBoth(to, { older: CARRIED, spill })),
    ...dropped.map((table) => diffTable(db, table, 'before', encoding, { spill })),
    ...carried
      .filter((c) => c.leaves !== 'none')
      .map(({ from, leaves }) =>
        diffTable(db, from, 'before', encoding, { older: leaves === 'all' ? BEFORE : MISFITS, spill }),
      ),
  ].flatMap((changes) => changes ?? []);
}

function diffTable(...args: Parameters<typeof diffRows>): TableChanges | null {
  const [db, { name }, presence, , { older = BEFORE, ranges } = {}] = args;
  if (ranges?.length === 0) return null;
  const rows = presence === 'after' ? 'main' : older;
  return { ...changesOf(...args), understated: understated(db, name, { schemas: ['main', BEFORE], rows }) };
}

function changesOf(
  ...[db, table, presence, encoding, place = {}]: Parameters<typeof diffRows>
): TableChanges {
  if (keyColumns(table).length === 0) return diffCopies(db, table, presence, encoding, place.older);
  const isWide = rowColumns(table).length > MAX_COLUMNS;
  const atRowids = (except?: string): TableChanges =>
    (isWide ? diffWide : diffRows)(db, table, presence, encoding, { ...place, except });
  if (presence !== 'both' || !hasHiddenRowid(table)) return atRowids();
  const comparison = { db, table, encoding };
  const hasKey = declaredKey(table).length > 0;
  const rows = hasKey ? withReplaced(comparison, place, atRowids) : atRowids();
  if (isWide) return rows;
  const count: TableChanges['countBefore'] = (contents) => countBefore(db, table, contents, place.older);
  return exceptRenumbered(comparison, { ...rows, countBefore: count }, place.older);
}

/** Checks whether a table is virtual, or belongs to the storage of a virtual table. */
function isStored(table: Table): boolean {
  return table.kind === 'virtual' || table.kind === 'shadow';
}
