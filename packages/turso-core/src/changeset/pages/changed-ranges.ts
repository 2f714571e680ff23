import type { OnBytes } from '../../sqlite/files/copy-file';
import { knownDifference, noteDifference } from '../../sqlite/files/known-files';
import { readBTree, rowidsOf, type BTree } from './b-tree';
import { differingAmong, differingPages } from './differing-pages';
import { contentlessPages } from './other-pages';
import { openPageFile, type PageFile } from './page-file';

/** Rowids from the first to the last. */
export type RowidRange = readonly [bigint, bigint];

/** All rowids. */
export const EVERYWHERE: readonly RowidRange[] = [[-(2n ** 63n), 2n ** 63n - 1n]];

/** Root pages by the name of the table or index. */
export type Roots = ReadonlyMap<string, number>;

/** From this many ranges on, separate queries take longer than one for all rows. */
const MANY = 2_000;

/** Returns the ranges with possible differences in a table of both databases. An empty list means no difference. */
export type ChangedRanges = (table: string) => readonly RowidRange[];

/**
 * Compares two database files page by page, in a tenth of the time of comparing rows. Rows on equal leaves are equal.
 * If this is uncertain, rows may differ everywhere.
 */
export function findChangedRanges(
  before: { readonly file: string; readonly roots: Roots },
  after: { readonly file: string; readonly roots: Roots },
  onBytes?: OnBytes,
): ChangedRanges {
  const files = [openPageFile(before.file), openPageFile(after.file)] as const;
  const [old, now] = files;
  try {
    if (old === null || old.pageSize !== now?.pageSize) return () => EVERYWHERE;
    const known = knownDifference(before.file, after.file);
    const differing =
      known?.pageSize === old.pageSize
        ? differingAmong(old, now, known.pages)
        : differingPages(old, now, onBytes);
    noteDifference(before.file, after.file, { pageSize: old.pageSize, pages: differing });
    const [oldTrees, nowTrees] = [readTrees(old, before.roots), readTrees(now, after.roots)];
    // An overflow page does not name its owner, and the leaf that points to it may be the same.
    if (!isAllKnown(old, oldTrees, differing) || !isAllKnown(now, nowTrees, differing))
      return () => EVERYWHERE;
    const ranges = new Map<string, readonly RowidRange[]>();
    for (const [name, tree] of oldTrees) {
      const other = nowTrees.get(name);
      if (other !== undefined)
        ranges.set(name, compareTrees({ file: old, tree }, { file: now, tree: other }, differing));
    }
    return (table) => ranges.get(table) ?? EVERYWHERE;
  } catch {
    // The file is damaged. To read its rows gives the exact error.
    return () => EVERYWHERE;
  } finally {
    for (const file of files) file?.close();
  }
}

function readTrees(file: PageFile, roots: Roots): Map<string, BTree> {
  return new Map([...roots].map(([name, root]) => [name, readBTree(file, root)]));
}

function isAllKnown(
  file: PageFile,
  trees: ReadonlyMap<string, BTree>,
  differing: ReadonlySet<number>,
): boolean {
  const unknown = new Set([...differing].filter((page) => page <= file.pageCount));
  for (const page of contentlessPages(file)) unknown.delete(page);
  for (const { interior, leaves } of [...trees.values(), readBTree(file, 1)]) {
    for (const page of interior) unknown.delete(page);
    for (const page of leaves) unknown.delete(page);
  }
  return unknown.size === 0;
}

interface Side {
  readonly file: PageFile;
  readonly tree: BTree;
}

function compareTrees(old: Side, now: Side, differing: ReadonlySet<number>): readonly RowidRange[] {
  const changed = [...changedLeaves(old, now, differing), ...changedLeaves(now, old, differing)];
  if (!old.tree.isTable || !now.tree.isTable) {
    // In a WITHOUT ROWID table, interior pages hold rows too.
    const isInside = [...old.tree.interior, ...now.tree.interior].some((page) => differing.has(page));
    return changed.length > 0 || isInside ? EVERYWHERE : [];
  }
  return changed.length > MANY
    ? EVERYWHERE
    : merge(changed.flatMap(({ file, leaf }) => rowidsOf(file, leaf)));
}

function changedLeaves(
  { file, tree }: Side,
  other: Side,
  differing: ReadonlySet<number>,
): { file: PageFile; leaf: number }[] {
  const { leaves } = other.tree;
  let others: ReadonlySet<number> | undefined;
  // If no leaf came or went, each is at the same place.
  const isThere = (leaf: number, i: number): boolean =>
    leaf === leaves[i] || (others ??= new Set(leaves)).has(leaf);
  return tree.leaves
    .filter((leaf, i) => differing.has(leaf) || !isThere(leaf, i))
    .map((leaf) => ({ file, leaf }));
}

function merge(ranges: readonly RowidRange[]): RowidRange[] {
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const previous = merged.at(-1);
    if (previous === undefined || first > previous[1] + 1n) merged.push([first, last]);
    else if (last > previous[1]) previous[1] = last;
  }
  return merged;
}
