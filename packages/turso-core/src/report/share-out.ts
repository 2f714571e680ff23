import type { ChangeKind } from '../changeset/model';
import type { Counts } from '../changeset/summary';

/** Kinds of changes, in descending order of loss. */
export const BY_IMPORTANCE: readonly ChangeKind[] = ['delete', 'update', 'insert'];

/** How many rows of each kind a report shows for a table. */
export type Share = Record<ChangeKind, number>;

/**
 * Divides room for `limit` rows: deleted rows come first, then updates, then inserts. Tables get equal shares, unless
 * they need less.
 */
export function shareOut(
  tables: readonly ({ readonly table: string } & Counts)[],
  limit: number,
): Map<string, Share> {
  const shares = new Map(tables.map(({ table }) => [table, { delete: 0, update: 0, insert: 0 }]));
  let left = limit;
  for (const kind of BY_IMPORTANCE) {
    const needs = tables.map((counts) => counts[kind]);
    for (const [i, rows] of shareEvenly(needs, left).entries()) {
      left -= rows;
      const share = shares.get(tables[i]?.table ?? '');
      if (share !== undefined) share[kind] = rows;
    }
  }
  return shares;
}

/** Divides room evenly, in the order of the needs. Small needs leave the rest to the others. */
export function shareEvenly(needs: readonly number[], room: number): number[] {
  const shares = needs.map(() => 0);
  let left = room;
  const ascending = [...needs.entries()].sort(([, a], [, b]) => a - b);
  for (const [rank, [i, need]] of ascending.entries()) {
    const share = Math.max(0, Math.min(need, Math.floor(left / (ascending.length - rank))));
    left -= share;
    shares[i] = share;
  }
  return shares;
}
