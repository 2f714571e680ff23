import fs from 'node:fs';

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
  if (!isWhole || header[FORMAT_WRITE] !== ROLLBACK_JOURNAL || header[FORMAT_READ] !== ROLLBACK_JOURNAL) {
    close();
    return null;
  }
  // The value 1 stands for 65,536, which two bytes cannot hold.
  const declared = header.readUInt16BE(16);
  const pageSize = declared === 1 ? 65_536 : declared;
  const buffer = Buffer.alloc(pageSize);
  const read = (first: number, into: Buffer): number =>
    fs.readSync(handle, into, 0, into.length, (first - 1) * pageSize);
  return {
    pageSize,
    usableSize: pageSize - (header[RESERVED] ?? 0),
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

/** The size of page 1's header in bytes. */
const HEADER_SIZE = 100;
const FORMAT_WRITE = 18;
const FORMAT_READ = 19;
const RESERVED = 20;
const ROLLBACK_JOURNAL = 1;
