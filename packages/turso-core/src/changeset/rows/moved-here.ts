import { createHash } from 'node:crypto';
import type { Database } from '../../sqlite/files/sqlite';
import { quoteName, quoteValues } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import { newRow, oldRow } from '../change-rows';
import type { ChangeKind, RowChange, TableChanges } from '../model';
import { isUnnamed } from './unnamed';

/**
 * Corrects the changes of a table for rows that only moved. Several remotes have given the hidden rowids of the newer
 * database. So a row without a key, gone from one rowid and new at another, has moved and is unchanged. It keeps its
 * rowid of the older database.
 *
 * @param older - the name under which the older rows are attached.
 */
export function exceptMovedHere(db: Database, changes: TableChanges, older = BEFORE): TableChanges {
  let known: TableChanges | undefined;
  const except = (): TableChanges => (known ??= withoutMoved(db, changes, older) ?? changes);
  return {
    ...changes,
    rows: (kind) => except().rows(kind),
    count: (kind) => except().count(kind),
    bulk: (kind, form) => except().bulk(kind, form),
    isRenumbered: () => except() !== changes || changes.isRenumbered?.() === true,
  };
}

/** Null if no row has moved. */
function withoutMoved(db: Database, changes: TableChanges, older: string): TableChanges | null {
  const removed = countContents(changes, ['delete', 'update'], oldRow);
  if (removed.size === 0) return null;
  const added = countContents(changes, ['update', 'insert'], newRow);
  const moved = new Map([...removed].map(([name, n]) => [name, Math.min(n, added.get(name) ?? 0)]));
  const greatest = db
    .prepare(
      `SELECT max(${quoteName(changes.table.rowid ?? '')}) FROM ${older}.${quoteName(changes.table.name)}`,
    )
    .pluck()
    .safeIntegers()
    .get() as bigint;
  const isRoom = greatest < GREATEST_ROWID - BigInt(changes.count('insert') + changes.count('update'));
  if (!isRoom || [...moved.values()].every((n) => n === 0)) return null;
  const [stay, come] = [takerOf(changes, moved), takerOf(changes, moved)];
  const left: Record<ChangeKind, RowChange[]> = { delete: [], update: [], insert: [] };
  const append = (row: readonly SqlValue[]): void => {
    const rowid = greatest + BigInt(left.insert.length + 1);
    left.insert.push({ kind: 'insert', new: [rowid, ...row.slice(1)] });
  };
  for (const change of changes.rows('delete'))
    if (change.kind === 'delete' && !stay(change.old)) left.delete.push(change);
  for (const change of changes.rows('update')) {
    if (change.kind !== 'update') continue;
    const [stays, came] = [stay(change.old), come(change.new)];
    if (!stays && !came) left.update.push(change);
    else if (!stays) left.delete.push({ kind: 'delete', old: change.old });
    else if (!came) append(change.new);
  }
  for (const change of changes.rows('insert'))
    if (change.kind === 'insert' && !come(change.new)) append(change.new);
  left.delete.sort((a, b) => (rowidOf(a) < rowidOf(b) ? -1 : 1));
  return { ...changes, rows: (kind) => left[kind], count: (kind) => left[kind].length, bulk: () => null };
}

const GREATEST_ROWID = 2n ** 63n - 1n;

function rowidOf(change: RowChange): bigint {
  return oldRow(change)?.[0] as bigint;
}

function contentOf(row: readonly SqlValue[]): string {
  const text = quoteValues(row.slice(1));
  return text.length <= DIGEST ? text : createHash('sha256').update(text).digest('base64');
}

/** The length of a digest. With digests, large rows take no more memory than small ones. */
const DIGEST = 44;

/** Counts the rows of each content on one side of the changes, among the rows identified only by their content. */
function countContents(
  changes: TableChanges,
  kinds: readonly ChangeKind[],
  rowOf: (change: RowChange) => readonly SqlValue[] | null,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    for (const change of changes.rows(kind)) {
      const row = rowOf(change);
      if (row === null || !isUnnamed(changes, row)) continue;
      const name = contentOf(row);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/** Returns a check whether a row is one of the moved ones. It accepts each content as often as it moved. */
function takerOf(
  changes: TableChanges,
  moved: ReadonlyMap<string, number>,
): (row: readonly SqlValue[]) => boolean {
  const left = new Map(moved);
  return (row) => {
    const name = isUnnamed(changes, row) ? contentOf(row) : '';
    const n = left.get(name) ?? 0;
    if (n > 0) left.set(name, n - 1);
    return n > 0;
  };
}
