import { childrenOf } from './b-tree';
import {
  INTERIOR_INDEX,
  INTERIOR_TABLE,
  LEAF_INDEX,
  LEAF_TABLE,
  readBTreePage,
  type BTreePage,
} from './cells';
import type { PageFile } from './page-file';
import { isLeafRole, treeOf, type PageRoles } from './page-roles';

/**
 * Checks the b-tree pages that differ from a sound database: each must be sound, with its rowids in order. Returns
 * false also if an interior page differs and its children are not leaves.
 */
export function checkBTreePages(file: PageFile, roles: PageRoles, differing: ReadonlySet<number>): boolean {
  const toCheck = new Set<number>();
  for (const page of differing) {
    if (treeOf(roles.of[page]) === null) continue;
    toCheck.add(page);
    if (isLeafRole(roles.of[page])) continue;
    const below = childrenOf(file, page);
    if (!below.every((child) => isLeafRole(roles.of[child]))) return false;
    for (const child of below) toCheck.add(child);
  }
  const interior = new Map<number, BTreePage>();
  const read = (page: number): BTreePage => readBTreePage(file.page(page), page, file.usableSize);
  const above = (page: number): BTreePage => {
    const found = interior.get(page) ?? read(page);
    interior.set(page, found);
    return found;
  };
  return [...toCheck].every((page) => isPageSound(read(page), page, roles, above));
}

/** Reads a page above others. Those below share it. */
type Above = (page: number) => BTreePage;

function isPageSound(found: BTreePage, page: number, roles: PageRoles, above: Above): boolean {
  const role = roles.of[page];
  const byRowid = roles.byRowid[treeOf(role) ?? 0] === true;
  const [leaf, interior] = byRowid ? [LEAF_TABLE, INTERIOR_TABLE] : [LEAF_INDEX, INTERIOR_INDEX];
  if (found.type !== (isLeafRole(role) ? leaf : interior)) return false;
  const isRoot = roles.parent[page] === 0;
  if (found.cells.length === 0 && !isRoot) return false;
  return !byRowid || isInOrder(found, boundsOf(page, roles, above));
}

interface Bounds {
  /** All rowids are above this one. */
  readonly lower: bigint | null;
  readonly upper: bigint | null;
}

function isInOrder({ cells }: BTreePage, { lower, upper }: Bounds): boolean {
  let last = lower;
  for (const { rowid } of cells) {
    if (rowid === null || (last !== null && rowid <= last)) return false;
    last = rowid;
  }
  return upper === null || last === null || last <= upper;
}

/** Returns the bounds for the rowids of a page, from the pages above it. */
function boundsOf(number: number, roles: PageRoles, above: Above): Bounds {
  let [lower, upper]: [bigint | null, bigint | null] = [null, null];
  for (let page = number; roles.parent[page] !== 0;) {
    const [parent, place] = [roles.parent[page] ?? 0, roles.place[page] ?? 0];
    const { cells } = above(parent);
    lower ??= cells[place - 1]?.rowid ?? null;
    upper ??= cells[place]?.rowid ?? null;
    page = parent;
  }
  return { lower, upper };
}
