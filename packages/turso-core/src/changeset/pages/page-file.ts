import fs from 'node:fs';
import { HEADER_AT, HEADER_SIZE, pageSizeIn } from '../../sqlite/files/file-header';

/** Both modes of a file with a rollback journal. */
const ROLLBACK_JOURNAL = 0x0101;

/** A database file, page by page. Page numbers begin at 1. */
export interface PageFile {
  readonly pageSize: number;
  /** Bytes of a page for content. */
  readonly usableSize: number;
  readonly pageCount: number;
  /** Returns the bytes of a page. They are valid until another page is read. */
  page(number: number): Buffer;
  /** Reads several pages at once into a buffer. Returns the number of bytes. */
  read(first: number, into: Buffer): number;
  close(): void;
}

/**
 * Opens a database file that is not in WAL mode. Returns null in WAL mode: a write-ahead log would hold other pages.
 *
 * @see https://sqlite.org/fileformat2.html#the_database_header
 */
export function openPageFile(file: string): PageFile | null {
  const handle = fs.openSync(file, 'r');
  const close = (): void => fs.closeSync(handle);
  const header = Buffer.alloc(HEADER_SIZE);
  const isWhole = fs.readSync(handle, header, 0, HEADER_SIZE, 0) === HEADER_SIZE;
  if (!isWhole || header.readUInt16BE(HEADER_AT.modes) !== ROLLBACK_JOURNAL) {
    close();
    return null;
  }
  const pageSize = pageSizeIn(header);
  const buffer = Buffer.alloc(pageSize);
  const read = (first: number, into: Buffer): number =>
    fs.readSync(handle, into, 0, into.length, (first - 1) * pageSize);
  return {
    pageSize,
    usableSize: pageSize - (header[HEADER_AT.reserved] ?? 0),
    pageCount: Math.floor(fs.fstatSync(handle).size / pageSize),
    page(number) {
      if (read(number, buffer) !== pageSize) throw new Error(`page ${number} is not there`);
      return buffer;
    },
    read,
    close,
  };
}

/** Returns the offset of a b-tree page's header. Page 1 begins with the header of the whole file. */
export function headerAt(number: number | undefined): number {
  return number === 1 ? HEADER_SIZE : 0;
}
