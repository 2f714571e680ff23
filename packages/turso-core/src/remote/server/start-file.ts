import fs from 'node:fs';
import { HEADER_AT, HEADER_SIZE, pageSizeIn } from '../../sqlite/files/file-header';

/** The pages of a local database file without writers. */
export interface StartFile {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Reads pages from number `first`, at least 1. Returns fewer at the end of the file. */
  read(first: number, count: number): Buffer;
  close(): void;
}

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
  const header = Buffer.alloc(HEADER_SIZE);
  const isWhole = fs.readSync(handle, header, 0, header.length, 0) === header.length;
  const pageSize = pageSizeIn(header);
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
      if (first === 1 && pages.length > 0) pages.fill(2, HEADER_AT.modes, HEADER_AT.modes + 2);
      return pages.subarray(0, read - (read % pageSize));
    },
    close: () => fs.closeSync(handle),
  };
}
