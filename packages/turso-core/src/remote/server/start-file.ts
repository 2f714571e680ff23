import fs from 'node:fs';

/** The pages of a local database file that nobody writes. */
export interface StartFile {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Reads pages from number `first` on, which is 1 or more; fewer where the file ends. */
  read(first: number, count: number): Buffer;
  close(): void;
}

/** Where the header says the page size: https://sqlite.org/fileformat2.html#page_size */
const PAGE_SIZE_AT = 16;

/** Where the header says how the file is to be read and written; local copies say 1 in both, servers 2. */
const MODE_AT = 18;

/**
 * Opens a file that a snapshot may start from. Its first page reads as on a server, which is in WAL mode. Null if it cannot be read as a
 * database.
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
