import type { ChangeKind } from '../changeset/model';
import type { Counts } from '../changeset/summary';

/** Kinds of changes, those that lose most first. */
export const BY_IMPORTANCE: readonly ChangeKind[] = ['delete', 'update', 'insert'];

/** How many rows a report shows of each kind of a table. */
export type Share = Record<ChangeKind, number>;

/**
 * Shares the room for so many rows out: to deleted rows first, then to updates, then to inserts. Tables get the same, except
 * those that need less.
 */
export function shareOut(
  tables: readonly ({ readonly table: string } & Counts)[],
  limit: number,
): Map<string, Share> {
  const shares = new Map(tables.map(({ table }) => [table, { delete: 0, update: 0, insert: 0 }]));
  let left = limit;
  for (const kind of BY_IMPORTANCE) {
    const ascending = tables.toSorted((a, b) => a[kind] - b[kind]);
    for (const [i, counts] of ascending.entries()) {
      const rows = Math.min(counts[kind], Math.floor(left / (ascending.length - i)));
      left -= rows;
      const share = shares.get(counts.table);
      if (share !== undefined) share[kind] = rows;
    }
  }
  return shares;
}
