import { findRows, hasContent, isSame } from '../../apply/inspect/find-rows';
import { pieces } from '../../apply/inspect/look-up';
import { rowIdentity } from '../../apply/inspect/row-identity';
import { countCopies } from '../../apply/inspect/inspect-copies';
import {
  CHANGE_KINDS,
  type Changeset,
  type RowChange,
  type SchemaChange,
  type TableChanges,
} from '../../changeset/model';
import { isUnnamed } from '../../changeset/rows/unnamed';
import type { Query } from '../../sqlite/query';
import { hasHiddenRowid, type Schema, type SchemaObject } from '../../sqlite/schema/schema';
import type { SqlValue } from '../../sqlite/values/values';

/** A working copy that may have some changes already. */
export interface WorkingCopy {
  readonly query: Query;
  readonly schema: Schema;
  /** Whether the changes were made in it. Any other content is then a later edit. */
  readonly isOrigin: boolean;
}

/**
 * Selects the changes a working copy also has. Rows without a key count only in the working copy they come from: an
 * equal row elsewhere is a different one.
 */
export function hadHere(changeset: Changeset, workingCopy: WorkingCopy): Promise<Changeset> {
  return select(changeset, workingCopy, {
    object: (isThere, change) => isThere(change.object) === (change.action !== 'drop'),
    row: (changes, change, there) => isRowHad(changes, change, there, workingCopy),
    copies: (change, there) => copiesHad(change, there, workingCopy),
  });
}

/**
 * Selects the changes for which a database is in the state before them. Rows with a hidden rowid may be elsewhere: the
 * caller finds them when applying the changes, or leaves them out.
 */
export function stillOpen(changeset: Changeset, database: Omit<WorkingCopy, 'isOrigin'>): Promise<Changeset> {
  return select(changeset, database, {
    object: (isThere, change) =>
      change.action === 'alter'
        ? isThere(change.from)
        : isThere(change.object) === (change.action === 'drop'),
    row: ({ table }, change, { row, is }) => {
      if (change.kind === 'insert') return row === undefined;
      return hasHiddenRowid(table) || is(change.old);
    },
    copies: (change, there) => (change.kind !== 'update' && change.copies?.from === there ? change : null),
  });
}

type Row = readonly SqlValue[];

/** The database's version of the row in a change. */
interface There {
  readonly row: Row | undefined;
  /** Whether the row exists and equals the given one. If the row has a key, hidden rowids are ignored. */
  readonly is: (row: Row) => boolean;
}

/** The rules for selecting changes by the state of a database. */
interface Selection {
  readonly object: (isThere: (object: SchemaObject) => boolean, change: SchemaChange) => boolean;
  readonly row: (changes: TableChanges, change: RowChange, there: There) => boolean;
  /** The change for the selected number of copies of a row, or null. */
  readonly copies: (change: RowChange, there: number) => RowChange | null;
}

async function select(
  changeset: Changeset,
  database: Omit<WorkingCopy, 'isOrigin'>,
  selection: Selection,
): Promise<Changeset> {
  const { schema } = database;
  const objects = new Map(schema.objects.map((o) => [place(o), o]));
  const isThere = (object: SchemaObject): boolean => {
    const there = objects.get(place(object));
    return there?.sql === object.sql && there.table === object.table;
  };
  const missing = changeset.schema.filter((change) => !selection.object(isThere, change));
  const left = new Set(
    missing.flatMap((c) => (c.action === 'alter' ? [c.object.name, c.from.name] : [c.object.name])),
  );
  const virtual = new Set(changeset.virtual.flatMap((v) => [v.table, ...v.shadows.map((s) => s.name)]));
  const tables: TableChanges[] = [];
  for (const changes of changeset.tables) {
    const { name, sql } = changes.table;
    if (left.has(name) || virtual.has(name)) continue;
    const isMade = changeset.schema.some((c) => c.action !== 'drop' && c.object.name === name);
    if (changes.beforeSchema || (isMade && schema.tables.get(name)?.sql !== sql)) tables.push(changes);
    else if (schema.tables.get(name)?.sql === sql)
      tables.push(await selectRows(changes, database, selection));
  }
  const { userVersion } = changeset;
  return {
    ...changeset,
    schema: changeset.schema.filter((c) => !missing.includes(c) && !virtual.has(c.object.table)),
    tables: tables.filter((t) => CHANGE_KINDS.some((kind) => t.count(kind) > 0)),
    virtual: [],
    sequences: changeset.sequences.filter((s) => tables.some((t) => t.table.name === s.table)),
    userVersion: userVersion?.to === schema.userVersion ? userVersion : null,
    foreignKeys: [],
  };
}

function place({ type, name }: SchemaObject): string {
  return `${type} ${name}`;
}

async function selectRows(
  changes: TableChanges,
  database: Omit<WorkingCopy, 'isOrigin'>,
  selection: Selection,
): Promise<TableChanges> {
  const had = new Map<string, RowChange>();
  for (const kind of CHANGE_KINDS) {
    for (const piece of pieces(changes.rows(kind))) {
      for (const [i, instead] of (await judge(changes, piece, database, selection)).entries()) {
        const change = piece[i];
        if (instead !== null && change !== undefined) had.set(rowIdentity(changes, change), instead);
      }
    }
  }
  const rows = function* (kind: RowChange['kind']): Generator<RowChange> {
    for (const change of changes.rows(kind)) {
      const instead = had.get(rowIdentity(changes, change));
      if (instead !== undefined) yield instead;
    }
  };
  return { ...changes, rows, count: (kind) => [...rows(kind)].length, bulk: () => null };
}

/** Selects the whole of each change, some copies of its row, or nothing. */
async function judge(
  changes: TableChanges,
  piece: readonly RowChange[],
  { query, schema }: Omit<WorkingCopy, 'isOrigin'>,
  selection: Selection,
): Promise<(RowChange | null)[]> {
  if (changes.key.length === 0) {
    const there = await countCopies(query, changes, piece);
    return piece.map((change, i) => selection.copies(change, there[i] ?? 0));
  }
  const found = await findRows(query, changes, piece, schema.encoding);
  return piece.map((change, i) => {
    const { same, isNamed = false } = found[i] ?? {};
    const isAlike = isNamed && hasHiddenRowid(changes.table) ? hasContent : isSame;
    return selection.row(changes, change, { row: same, is: (row) => isAlike(same, row) }) ? change : null;
  });
}

function isRowHad(
  changes: TableChanges,
  change: RowChange,
  { row, is }: There,
  { isOrigin }: WorkingCopy,
): boolean {
  if (change.kind === 'insert' && !isOrigin && isUnnamed(changes, change.new)) return false;
  if (change.kind === 'delete') return row === undefined || (isOrigin && !is(change.old));
  if (row === undefined) return false;
  if (is(change.new)) return true;
  return isOrigin && (change.kind === 'insert' || !is(change.old));
}

function copiesHad(change: RowChange, there: number, { isOrigin }: WorkingCopy): RowChange | null {
  if (change.kind === 'update' || change.copies === undefined) return null;
  if (change.kind === 'insert' && !isOrigin) return null;
  const { from, to } = change.copies;
  const agreed = from < to ? Math.min(Math.max(there, from), to) : Math.max(Math.min(there, from), to);
  return agreed === from ? null : { ...change, copies: { from, to: agreed } };
}
