import type { RowChange, TableChanges } from '../changeset/model';
import { keyTerms } from '../local/key-terms';
import { sameRow, sameValue, type Encoding, type SqlValue } from '../local/values';
import type { Query } from '../remote/remote';
import { conflictOf, keyObject, rowObject, type Conflict, type ConflictKind } from './conflict';
import { lookUp, pieces } from './look-up';
import { identityOf, rowIdentity } from './row-identity';
import type { RowAction } from './table-statements';

/** What is to be done about a row that is not simply to be written. */
export type RowDecision = Exclude<RowAction, 'write'>;

/**
 * Reads the rows of the other side that a table's changes are about. A row that is as it was is still to be written, one
 * that already has the new values is done, and any other is a conflict.
 *
 * @param decide - told of every row that is not simply to be written, by its {@link rowIdentity}.
 */
export async function inspectRows(
  query: Query,
  changes: TableChanges,
  encoding: Encoding,
  decide: (identity: string, decision: RowDecision) => void,
): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  const terms = keyTerms(changes.table, 't.');
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const piece of pieces(changes.rows(kind))) {
      const values = piece.map((change) => keyValues(changes, change));
      const found = await lookUp(query, changes, { terms, values }, encoding);
      const theirs = new Map(found.map(({ row }) => [identityOf(changes, row), row]));
      for (const change of piece) {
        const verdict = judge(changes, change, theirs.get(rowIdentity(changes, change)));
        if (verdict === 'write') continue;
        if (typeof verdict === 'string') decide(rowIdentity(changes, change), verdict);
        else conflicts.push(verdict);
      }
    }
  }
  return conflicts;
}

function keyValues({ key }: TableChanges, change: RowChange): SqlValue[] {
  const row = change.kind === 'insert' ? change.new : change.old;
  return key.map((i) => row[i] as SqlValue);
}

function judge(
  changes: TableChanges,
  change: RowChange,
  theirs: readonly SqlValue[] | undefined,
): 'write' | RowDecision | Conflict {
  const old = change.kind === 'insert' ? undefined : change.old;
  const now = change.kind === 'delete' ? undefined : change.new;
  if (isSame(theirs, old)) return 'write';
  if (isSame(theirs, now)) return 'skip';
  // Under a hidden rowid, which nobody chose, both sides have added a row.
  if (change.kind === 'insert' && !changes.table.withoutRowid && changes.table.rowidAlias === null)
    return 'new-rowid';
  return rowConflict(changes, old, now, theirs);
}

function isSame(a: readonly SqlValue[] | undefined, b: readonly SqlValue[] | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameRow(a, b);
}

function rowConflict(
  changes: TableChanges,
  old: readonly SqlValue[] | undefined,
  local: readonly SqlValue[] | undefined,
  remote: readonly SqlValue[] | undefined,
): Conflict {
  const kind = kindOf(old, local, remote);
  const { columns, key, table } = changes;
  const moved = (row: readonly SqlValue[] | undefined, i: number): boolean =>
    row !== undefined && !(old !== undefined && sameValue(row[i] as SqlValue, old[i] as SqlValue));
  const either = columns.filter((_, i) => !key.includes(i) && (moved(local, i) || moved(remote, i)));
  const both = columns.filter((_, i) => !key.includes(i) && moved(local, i) && moved(remote, i));
  return conflictOf({
    kind,
    table: table.name,
    key: keyObject(changes, local ?? old ?? []),
    columns: both.length > 0 ? both : either,
    old: old === undefined ? null : rowObject(columns, old),
    local: local === undefined ? null : rowObject(columns, local),
    remote: remote === undefined ? null : rowObject(columns, remote),
    message: MESSAGES[kind],
  });
}

type RowConflictKind = Extract<ConflictKind, `${string}/${string}`>;

function kindOf(old: unknown, local: unknown, remote: unknown): RowConflictKind {
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
