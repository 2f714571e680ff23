import { childrenOf, MAX_DEPTH } from './b-tree';
import { isInterior, LEAF_TABLE } from './cells';
import { freePages } from './other-pages';
import { headerAt, type PageFile } from './page-file';

/** The role of each page of a database, by its number. */
export interface PageRoles {
  /** {@link OVERFLOW}, {@link FREE}, or a b-tree's: see {@link treeOf} and {@link isLeafRole}. */
  readonly of: Int32Array;
  /** The page above a b-tree page, and its place among that page's children. 0 for a root. */
  readonly parent: Uint32Array;
  readonly place: Uint32Array;
  /** Whether each b-tree holds rows by their rowid, in the order of the roots. */
  readonly byRowid: readonly boolean[];
}

/** The role of a page outside of all b-trees and lists of free pages. It can only hold the overflow of a page. */
export const OVERFLOW = 0;

/** The role of a page without content. */
export const FREE = 1;

/** Returns the role of a b-tree page, from the tree's place among the roots. */
function roleIn(tree: number, isLeaf: boolean): number {
  return 2 + 2 * tree + (isLeaf ? 1 : 0);
}

/** Returns the b-tree of a role, or null. */
export function treeOf(role: number | undefined = FREE): number | null {
  return role < 2 ? null : (role - 2) >> 1;
}

/** Checks whether the role is that of a b-tree's leaf. */
export function isLeafRole(role: number | undefined = FREE): boolean {
  return role >= 2 && role % 2 === 1;
}

/**
 * The byte at which SQLite locks a file. Its page is never used: https://sqlite.org/fileformat2.html#the_lock_byte_page
 */
const LOCK_BYTE = 0x40000000;

/** Reads the roles of all pages, from interior pages and free ones only. Throws a RangeError if a page has two uses. */
export function readPageRoles(file: PageFile, roots: readonly number[]): PageRoles {
  const { pageCount } = file;
  const [of, parent, place] = [
    new Int32Array(pageCount + 1),
    new Uint32Array(pageCount + 1),
    new Uint32Array(pageCount + 1),
  ];
  const use = (page: number, role: number): void => {
    if (page < 1 || page > pageCount || of[page] !== OVERFLOW)
      throw new RangeError(`Page ${page} has two uses, or is not there.`);
    of[page] = role;
  };
  const byRowid = roots.map((root, tree) => {
    let level = [root];
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const type = file.page(level[0] ?? 0)[headerAt(level[0])];
      const isLeaf = !isInterior(type);
      for (const page of level) use(page, roleIn(tree, isLeaf));
      if (isLeaf) return type === LEAF_TABLE;
      const next: number[] = [];
      for (const above of level) {
        let i = 0;
        for (const page of childrenOf(file, above)) {
          if (page > pageCount) throw new RangeError(`Page ${page} is not there.`);
          parent[page] = above;
          place[page] = i++;
          next.push(page);
        }
      }
      level = next;
    }
    throw new RangeError(`The b-tree of page ${root} does not end.`);
  });
  for (const page of freePages(file)) use(page, FREE);
  const locked = Math.floor(LOCK_BYTE / file.pageSize) + 1;
  if (locked <= pageCount) use(locked, FREE);
  return { of, parent, place, byRowid };
}
