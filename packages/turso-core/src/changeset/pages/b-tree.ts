import { isInterior, LEAF_TABLE } from './cells';
import { headerAt, type PageFile } from './page-file';
import { readVarint } from './varint';

/** The pages of one b-tree, of a table or an index. */
export interface BTree {
  /** Whether its leaves hold rows by their rowid. */
  readonly isTable: boolean;
  readonly interior: readonly number[];
  readonly leaves: readonly number[];
}

/** The most pages from the root of a b-tree to its leaves. This is SQLite's own limit. */
export const MAX_DEPTH = 20;

/**
 * Walks a b-tree down to the numbers of its leaves. All leaves are at one depth, so it reads only the interior pages.
 * They are about a hundredth of all pages.
 *
 * @see https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function readBTree(file: PageFile, root: number): BTree {
  const interior: number[] = [];
  let level = [root];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = file.page(level[0] ?? 0)[headerAt(level[0])];
    if (!isInterior(type)) return { isTable: type === LEAF_TABLE, interior, leaves: level };
    interior.push(...level);
    const children: number[] = [];
    for (const number of level) children.push(...childrenOf(file, number));
    level = children;
  }
  throw new Error(`the b-tree of page ${root} does not end`);
}

/** Returns the pages below an interior page, in order. */
export function childrenOf(file: PageFile, number: number): number[] {
  const page = file.page(number);
  const start = headerAt(number);
  const cells = page.readUInt16BE(start + 3);
  const children: number[] = [];
  for (let i = 0, at = start + 12; i < cells; i++, at += 2)
    children.push(page.readUInt32BE(page.readUInt16BE(at)));
  children.push(page.readUInt32BE(start + 8));
  return children;
}

/** Returns the first and the last rowid of a table's leaf, as a list of one. Empty if it has no rows. */
export function rowidsOf(file: PageFile, leaf: number): (readonly [bigint, bigint])[] {
  const page = file.page(leaf);
  const start = headerAt(leaf);
  const cells = page.readUInt16BE(start + 3);
  if (cells === 0) return [];
  // A cell starts with the size of its payload and the rowid.
  const rowid = (i: number): bigint => {
    const [, at] = readVarint(page, page.readUInt16BE(start + 8 + 2 * i));
    return readVarint(page, at)[0];
  };
  return [[rowid(0), rowid(cells - 1)]];
}
