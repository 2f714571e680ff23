import type { RowChange, TableChanges } from '../../changeset/model';
import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import { sameValue, type SqlValue } from '../../sqlite/values/values';
import { conflictOf, keyObject, rowObject, type Conflict, type ConflictKind } from '../conflict';
import type { ConflictPolicy, Resolution } from '../policy';
import type { RowDecision } from '../remaining-work';

/** One row in its old, our and the target's version; undefined if there is no row. */
export interface ThreeRows {
  readonly old: readonly SqlValue[] | undefined;
  readonly local: readonly SqlValue[] | undefined;
  readonly remote: readonly SqlValue[] | undefined;
}

/**
 * Resolves a conflict of one row by the policy, or returns the conflict. The target's row, as it was read, guards the
 * write: nothing is overwritten unseen.
 *
 * @param insert - makes the insert of a row that must be there again.
 */
export function resolveRow(
  changes: TableChanges,
  rows: ThreeRows,
  policy: ConflictPolicy,
  insert: (row: readonly SqlValue[]) => RowChange,
): RowDecision | Conflict {
  const conflict = rowConflict(changes, rows);
  const decide = (resolution: Resolution, instead: RowChange | null): RowDecision => ({
    outcome: resolution,
    instead,
    conflict: { ...conflict, resolution },
  });
  const { old, local, remote } = rows;
  const cells = policy.merge === 'cells' && isOneRow(changes, rows);
  if (cells && conflict.kind === 'update/update' && collidingColumns(changes, rows).length === 0)
    return decide('merged', combine(changes, rows));
  if (policy.onConflict === 'fail') return conflict;
  if (policy.onConflict === 'keep') return decide('kept', null);
  if (local === undefined) return decide('overwritten', { kind: 'delete', old: remote ?? old ?? [] });
  if (remote === undefined) return decide('overwritten', insert(local));
  return decide('overwritten', cells ? combine(changes, rows) : update(changes, remote, local));
}

function rowConflict(changes: TableChanges, rows: ThreeRows): Conflict {
  const kind = kindOf(rows);
  const { columns, table } = changes;
  const { old, local, remote } = rows;
  const object = (row: readonly SqlValue[] | undefined): Conflict['old'] =>
    row === undefined ? null : rowObject(columns, row);
  const colliding = collidingColumns(changes, rows);
  const moved = ownColumns(changes).filter((i) => hasMoved(rows, 'local', i) || hasMoved(rows, 'remote', i));
  return conflictOf({
    kind,
    table: table.name,
    key: keyObject(changes, old ?? local ?? []),
    columns: (colliding.length > 0 ? colliding : moved).map((i) => columns[i] ?? ''),
    old: object(old),
    local: object(local),
    remote: object(remote),
    message: isAlike(changes, rows) ? ALIKE[kind] : MESSAGES[kind],
  });
}

/** Checks whether both sides end with the same values. */
function isAlike(changes: TableChanges, { local, remote }: ThreeRows): boolean {
  if (local === undefined || remote === undefined) return false;
  return ownColumns(changes).every((i) => sameValue(local[i] as SqlValue, remote[i] as SqlValue));
}

/** Returns the columns that both sides have set to different values. */
function collidingColumns(changes: TableChanges, rows: ThreeRows): number[] {
  const { local, remote } = rows;
  if (local === undefined || remote === undefined) return [];
  return ownColumns(changes).filter(
    (i) =>
      hasMoved(rows, 'local', i) &&
      hasMoved(rows, 'remote', i) &&
      !sameValue(local[i] as SqlValue, remote[i] as SqlValue),
  );
}

/** Returns the indexes of the columns outside the row's address. */
function ownColumns({ columns, key }: TableChanges): number[] {
  return columns.flatMap((_, i) => (key.includes(i) ? [] : [i]));
}

function hasMoved({ old, ...rows }: ThreeRows, side: 'local' | 'remote', i: number): boolean {
  const row = rows[side];
  return row !== undefined && !(old !== undefined && sameValue(row[i] as SqlValue, old[i] as SqlValue));
}

/**
 * Checks whether both sides surely changed the same row. A hidden rowid may belong to another row by now. In that case
 * the declared key has to match.
 */
function isOneRow(changes: TableChanges, { old, remote }: ThreeRows): boolean {
  const { table, columns } = changes;
  if (!hasHiddenRowid(table)) return true;
  const key = declaredKey(table).map((name) => columns.indexOf(name));
  return (
    old !== undefined &&
    remote !== undefined &&
    key.length > 0 &&
    key.every((i) => old[i] !== null && sameValue(old[i] as SqlValue, remote[i] as SqlValue))
  );
}

/** Returns their row with our changes to it. */
function combine(changes: TableChanges, rows: ThreeRows): RowChange | null {
  const { local, remote } = rows as Required<ThreeRows>;
  if (local === undefined || remote === undefined) return null;
  const row = remote.map((value, i) => (hasMoved(rows, 'local', i) ? (local[i] as SqlValue) : value));
  return update(changes, remote, row);
}

/** Returns the update of one row to another's values, under its present rowid. */
function update(changes: TableChanges, from: readonly SqlValue[], to: readonly SqlValue[]): RowChange | null {
  const now = hasHiddenRowid(changes.table) ? [from[0] as SqlValue, ...to.slice(1)] : to;
  const changed = now.flatMap((value, i) => (sameValue(value, from[i] as SqlValue) ? [] : [i]));
  return changed.length === 0 ? null : { kind: 'update', old: from, new: now, changed };
}

type RowConflictKind = Extract<ConflictKind, `${string}/${string}`>;

function kindOf({ old, local, remote }: ThreeRows): RowConflictKind {
  if (old === undefined) return 'insert/insert';
  if (local === undefined) return 'delete/update';
  return remote === undefined ? 'update/delete' : 'update/update';
}

const MESSAGES: Readonly<Record<RowConflictKind, string>> = {
  'update/update': 'Both sides changed this row.',
  'update/delete': 'You changed this row, and it was deleted on the remote.',
  'delete/update': 'You deleted this row, and it was changed on the remote.',
  'insert/insert': 'Both sides added a row with this key.',
};

/** The messages for sides that ended with the same values. */
const ALIKE: Readonly<Record<RowConflictKind, string>> = {
  ...MESSAGES,
  'update/update': 'Both sides set the same values in this row.',
  'insert/insert': 'Both sides added this row with the same values.',
};
