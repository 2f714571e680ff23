import { HEADER_SIZE, type PageFile } from './page-file';

/** The pages of one b-tree: a table's, or an index's. */
export interface BTree {
  /** Whether its leaves hold rows by their rowid. */
  readonly isTable: boolean;
  readonly interior: readonly number[];
  readonly leaves: readonly number[];
}

const INTERIOR_INDEX = 0x02;
const INTERIOR_TABLE = 0x05;
const LEAF_TABLE = 0x0d;

/** SQLite's own limit. */
const MAX_DEPTH = 20;

/**
 * Walks a b-tree down to the numbers of its leaves. All leaves are at one depth, so only the interior pages are read,
 * some hundredth of all.
 *
 * @see https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function readBTree(file: PageFile, root: number): BTree {
  const interior: number[] = [];
  let level = [root];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = file.page(level[0] ?? 0)[headerAt(level[0])];
    if (type !== INTERIOR_INDEX && type !== INTERIOR_TABLE)
      return { isTable: type === LEAF_TABLE, interior, leaves: level };
    interior.push(...level);
    const children: number[] = [];
    for (const number of level) children.push(...childrenOf(file, number));
    level = children;
  }
  throw new Error(`the b-tree of page ${root} does not end`);
}

function childrenOf(file: PageFile, number: number): number[] {
  const page = file.page(number);
  const start = headerAt(number);
  const cells = page.readUInt16BE(start + 3);
  const children = Array.from({ length: cells }, (_, i) =>
    page.readUInt32BE(page.readUInt16BE(start + 12 + 2 * i)),
  );
  return [...children, page.readUInt32BE(start + 8)];
}

/** The first and the last rowid of a table's leaf, as a list of one; empty where it has no rows. */
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

// Page 1 begins with the header of the whole file.
function headerAt(number: number | undefined): number {
  return number === 1 ? HEADER_SIZE : 0;
}

/** A variable-length integer, and where it ends: https://sqlite.org/fileformat2.html#varint */
function readVarint(page: Buffer, from: number): [bigint, number] {
  let value = 0n;
  for (let i = 0; i < 8; i++) {
    const byte = page[from + i] ?? 0;
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) return [value, from + i + 1];
  }
  return [BigInt.asIntN(64, (value << 8n) | BigInt(page[from + 8] ?? 0)), from + 9];
}
