import type { RowChange, TableChanges } from '../../changeset/model';
import type { Query } from '../../sqlite/query';
import { conflictOf, rowObject, type Conflict } from '../conflict';
import { countedCopies, countedRow, wanted } from '../statements/copies-statements';
import { RowBatcher } from '../statements/row-batcher';
import type { ConflictPolicy } from '../policy';
import { THERE, type RowDecision } from '../remaining-work';
import { rowIdentity } from './row-identity';

/**
 * Counts the target's rows for changes of a table without addressable rows. Rows added by both sides are no conflict.
 * If both sides removed copies of a row, it is a conflict, unless nothing is left to do.
 */
export async function inspectCopies(
  query: Query,
  changes: TableChanges,
  policy: ConflictPolicy,
  decide: (identity: string, decision: RowDecision) => void,
): Promise<Conflict[]> {
  const all = [...changes.rows('delete'), ...changes.rows('insert')];
  const there = await countCopies(query, changes, all);
  const isGone = (change: RowChange, i: number): boolean =>
    change.kind === 'delete' && (there[i] ?? 0) <= countedRow(change).copies.to;
  // Both sides may have changed the rows that both removed, and to the same values. Otherwise an equal row is someone
  // else's.
  const mayBeSame = all.some(isGone);
  const verdicts = all.map((change, i) => judge(change, there[i] ?? 0, mayBeSame));
  // A row removed by both may be one that both changed. Our new version must then not be added beside theirs.
  const adds = all.some((change, i) => change.kind === 'insert' && verdicts[i] !== 'there');
  const conflicts: Conflict[] = [];
  all.forEach((change, i) => {
    const identity = rowIdentity(changes, change);
    const verdict = verdicts[i];
    if (verdict === 'write') return;
    if (verdict === 'conflict' || (isGone(change, i) && adds)) {
      const resolved = resolve(changes, change, there[i] ?? 0, policy);
      if ('outcome' in resolved) decide(identity, resolved);
      else conflicts.push(resolved);
    } else if (verdict === 'there') decide(identity, THERE);
    else if (verdict !== undefined) decide(identity, { outcome: 'moved', instead: verdict, conflict: null });
  });
  return conflicts;
}

/** Counts the rows with the content of each change. */
export async function countCopies(
  query: Query,
  changes: TableChanges,
  all: readonly RowChange[],
): Promise<number[]> {
  const counts: number[] = [];
  const queries: (() => Promise<void>)[] = [];
  const batcher = new RowBatcher(changes.columns.length + 1, ({ sql, args }) =>
    queries.push(async () => {
      const rows = await query(
        `${sql} SELECT w.n, coalesce(g.n, 0) FROM (${wanted(changes)}) w LEFT JOIN (${countedCopies(changes)}) g ON g.k = w.k`,
        args,
      );
      for (const [index, count] of rows) counts[Number(index)] = Number(count);
    }),
  );
  all.forEach((change, index) => batcher.add([...countedRow(change).row, BigInt(index)]));
  batcher.flush();
  for (const run of queries) await run();
  return counts;
}

function judge(
  change: RowChange,
  there: number,
  mayBeSame: boolean,
): 'write' | 'there' | 'conflict' | RowChange {
  const { copies } = countedRow(change);
  const { from, to } = copies;
  if (there === from) return 'write';
  if (to < from && there <= to) return 'there';
  if (there === to && mayBeSame) return 'there';
  if (to < from && there < from) return 'conflict';
  return withCopies(change, there, there + to - from);
}

function withCopies(change: RowChange, from: number, to: number): RowChange {
  return { ...change, copies: { from, to } } as RowChange;
}

function resolve(
  changes: TableChanges,
  change: RowChange,
  there: number,
  { onConflict }: ConflictPolicy,
): RowDecision | Conflict {
  const { row, copies } = countedRow(change);
  const conflict = conflictOf({
    kind: 'delete/update',
    table: changes.table.name,
    old: rowObject(changes.columns, row),
    remote: there === 0 ? null : rowObject(changes.columns, row),
    message: `You removed ${copies.from - copies.to} of ${copies.from} such rows, and the remote has ${there} of them left.`,
  });
  if (onConflict === 'fail') return conflict;
  if (onConflict === 'keep')
    return { outcome: 'kept', instead: null, conflict: { ...conflict, resolution: 'kept' } };
  return {
    outcome: 'overwritten',
    instead: there === copies.to ? null : withCopies(change, there, copies.to),
    conflict: { ...conflict, resolution: 'overwritten' },
  };
}
