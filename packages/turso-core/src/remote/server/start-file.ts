import fs from 'node:fs';

/** The pages of a local database file without writers. */
export interface StartFile {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Reads pages from number `first`, at least 1. Returns fewer at the end of the file. */
  read(first: number, count: number): Buffer;
  close(): void;
}

/** Offset of the page size in the header: https://sqlite.org/fileformat2.html#page_size */
const PAGE_SIZE_AT = 16;

/** Offset of the read and write versions in the header. Local copies have 1 for both, servers 2. */
const MODE_AT = 18;

/**
 * Opens a file as a possible start of a snapshot. Its first page reads like a server's, in WAL mode. Returns null if it
 * is not readable as a database.
 */
export function openStart(file: string): StartFile | null {
  let handle: number;
  try {
    handle = fs.openSync(file, 'r');
  } catch {
    return null;
  }
  const header = Buffer.alloc(100);
  const isWhole = fs.readSync(handle, header, 0, header.length, 0) === header.length;
  const told = header.readUInt16BE(PAGE_SIZE_AT);
  const pageSize = told === 1 ? 65_536 : told;
  const { size } = fs.fstatSync(handle);
  if (!isWhole || pageSize < 512 || size % pageSize !== 0) {
    fs.closeSync(handle);
    return null;
  }
  const pageCount = size / pageSize;
  return {
    pageSize,
    pageCount,
    read(first, count) {
      const pages = Buffer.alloc(Math.max(0, Math.min(count, pageCount - first + 1)) * pageSize);
      const read = fs.readSync(handle, pages, 0, pages.length, (first - 1) * pageSize);
      if (first === 1 && pages.length > 0) pages.fill(2, MODE_AT, MODE_AT + 2);
      return pages.subarray(0, read - (read % pageSize));
    },
    close: () => fs.closeSync(handle),
  };
}
