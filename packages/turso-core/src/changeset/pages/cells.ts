import { readVarint } from './varint';
import { headerAt } from './page-file';

export const INTERIOR_INDEX = 0x02;
export const INTERIOR_TABLE = 0x05;
export const LEAF_INDEX = 0x0a;
export const LEAF_TABLE = 0x0d;

/** Checks whether a type of page has pages below it. */
export function isInterior(type: number | undefined): boolean {
  return type === INTERIOR_INDEX || type === INTERIOR_TABLE;
}

/** One entry of a b-tree page. */
export interface Cell {
  /** Its rowid, in a table with rowids. */
  readonly rowid: bigint | null;
  /** The first page of the overflow, and its size in bytes. */
  readonly overflow: { readonly page: number; readonly bytes: number } | null;
}

/** The content of a b-tree page. */
export interface BTreePage {
  readonly type: number;
  readonly cells: readonly Cell[];
}

/**
 * Reads a b-tree page. Every byte must have exactly one use, as in SQLite's own check. Throws a RangeError for a
 * damaged page.
 *
 * @see https://sqlite.org/fileformat2.html#b_tree_pages
 */
export function readBTreePage(page: Buffer, number: number, usableSize: number): BTreePage {
  const start = headerAt(number);
  const type = page[start] ?? 0;
  if (!isInterior(type) && type !== LEAF_INDEX && type !== LEAF_TABLE) throw damaged('type');
  const count = page.readUInt16BE(start + 3);
  // 0 stands for 65,536.
  const contentAt = page.readUInt16BE(start + 5) || 65_536;
  const pointersAt = start + (isInterior(type) ? 12 : 8);
  if (pointersAt + 2 * count > contentAt || contentAt > usableSize) throw damaged('content');
  const used: Span[] = [];
  const cells = Array.from({ length: count }, (_, i) => {
    const at = page.readUInt16BE(pointersAt + 2 * i);
    const { cell, size } = readCell(page, at, type, usableSize);
    used.push({ from: at, to: at + size });
    return cell;
  });
  used.push(...freeBlocks(page, start, usableSize));
  checkSpans(used, { from: contentAt, to: usableSize }, page[start + 7] ?? 0);
  return { type, cells };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function readCell(
  page: Buffer,
  at: number,
  type: number,
  usableSize: number,
): { readonly cell: Cell; readonly size: number } {
  // An interior cell begins with the number of the page below it.
  let next = at + (isInterior(type) ? 4 : 0);
  if (type === INTERIOR_TABLE) {
    const [rowid, end] = readVarint(page, next);
    return { cell: { rowid, overflow: null }, size: end - at };
  }
  const [length, afterLength] = readVarint(page, next);
  next = afterLength;
  let rowid: bigint | null = null;
  if (type === LEAF_TABLE) [rowid, next] = readVarint(page, next);
  if (length > 0x7fffffffn) throw damaged('length');
  const payload = Number(length);
  const local = localSize(payload, type, usableSize);
  const overflow =
    local === payload ? null : { page: page.readUInt32BE(next + local), bytes: payload - local };
  const end = next + local + (overflow === null ? 0 : 4);
  checkRecord(page, next, { payload, local });
  // A freed cell becomes a block of at least four bytes.
  return { cell: { rowid, overflow }, size: Math.max(4, end - at) };
}

/**
 * Returns the bytes of a payload on the page itself: https://sqlite.org/fileformat2.html#cell_payload_overflow_pages
 */
function localSize(payload: number, type: number, usable: number): number {
  const most = type === LEAF_TABLE ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
  if (payload <= most) return payload;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const wanted = least + ((payload - least) % (usable - 4));
  return wanted <= most ? wanted : least;
}

/** Checks that the types of a record's values are on the page itself and account for all of its bytes. */
function checkRecord(
  page: Buffer,
  at: number,
  { payload, local }: { readonly payload: number; readonly local: number },
): void {
  const [header, first] = readVarint(page, at);
  const end = at + Number(header);
  let [next, content] = [first, Number(header)];
  while (next < end) {
    const [type, after] = readVarint(page, next);
    content += sizeOfType(Number(type));
    next = after;
  }
  if (next !== end || end > at + local || content !== payload) throw damaged('record');
}

/** See https://sqlite.org/fileformat2.html#record_format */
function sizeOfType(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  const size = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type];
  if (size === undefined) throw damaged('type of a value');
  return size;
}

function freeBlocks(page: Buffer, start: number, usableSize: number): Span[] {
  const found: Span[] = [];
  for (let at = page.readUInt16BE(start + 1), last = 0; at !== 0; at = page.readUInt16BE(at)) {
    if (at <= last || at + 4 > usableSize) throw damaged('free block');
    found.push({ from: at, to: at + page.readUInt16BE(at + 2) });
    last = at;
  }
  return found;
}

/** Checks that no two spans overlap, and that the space between them has the size noted on the page. */
function checkSpans(spans: Span[], within: Span, fragments: number): void {
  let [at, unused] = [within.from, 0];
  for (const { from, to } of spans.sort((a, b) => a.from - b.from)) {
    if (from < at || to > within.to) throw damaged('use of bytes');
    unused += from - at;
    at = to;
  }
  if (unused + within.to - at !== fragments) throw damaged('fragments');
}

function damaged(what: string): RangeError {
  return new RangeError(`A page is damaged: its ${what}.`);
}
