import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import fs from 'node:fs/promises';

/** The first bytes of every SQLite database file: https://sqlite.org/fileformat2.html#the_database_header */
const MAGIC = 'SQLite format 3\0';

/** The size of the header in bytes. */
export const HEADER_SIZE = 100;

/** Where the fields of the header begin. */
export const HEADER_AT = {
  pageSize: 16,
  /** Two bytes: 1 for a rollback journal, 2 for a write-ahead log. */
  modes: 18,
  /** Bytes at the end of each page that are not used. */
  reserved: 20,
  changeCounter: 24,
  pageCount: 28,
  firstFree: 32,
  freeCount: 36,
  schemaVersion: 40,
  schemaFormat: 44,
  /** Not 0 if the file moves its pages by itself. */
  autoVacuum: 52,
  encoding: 56,
  userVersion: 60,
  incrementalVacuum: 64,
  applicationId: 68,
} as const;

/** Returns the size of a database's pages in bytes. */
export function pageSizeIn(header: Buffer): number {
  const size = header.readUInt16BE(HEADER_AT.pageSize);
  // Two bytes cannot hold 65,536.
  return size === 1 ? 65_536 : size;
}

/** The kind of a file by its header. */
export type FileKind = 'sqlite' | 'mvcc' | 'other';

/**
 * Returns the kind of a file by its header; an empty file is an empty database. `mvcc` is a mode of Turso Database that
 * SQLite cannot read (255 in bytes 18 and 19). Changes may then be in a `-log` file beside it.
 */
export async function readFileKind(file: string): Promise<FileKind> {
  const handle = await fs.open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead === 0) return 'sqlite';
    if (buffer.toString('latin1', 0, 16) !== MAGIC) return 'other';
    return buffer.readUInt16BE(HEADER_AT.modes) === 0xffff ? 'mvcc' : 'sqlite';
  } finally {
    await handle.close();
  }
}

/** Marks the first bytes of a database file in the way of {@link leaveWalMode}. */
export function markRollbackMode(header: Uint8Array): void {
  if (header.byteLength >= 20) header.fill(1, HEADER_AT.modes, HEADER_AT.modes + 2);
}

/**
 * Marks a complete database file as one with a rollback journal (bytes 18 and 19 of the header). Reading it then never
 * creates `-wal` and `-shm` files beside it. Only for a file without a `-wal` that nobody has open.
 */
export async function leaveWalMode(file: string): Promise<void> {
  const handle = await fs.open(file, 'r+');
  try {
    const { bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead === 20) await handle.write(Buffer.from([1, 1]), 0, 2, HEADER_AT.modes);
  } finally {
    await handle.close();
  }
}

/** Marks an open database file as one in WAL mode, in the same bytes. Leaves an empty file alone. */
export function enterWalMode(handle: number): void {
  if (fstatSync(handle).size > 0) writeSync(handle, Buffer.of(2, 2), 0, 2, HEADER_AT.modes);
}

/** Returns the number that every writing transaction changes in a file with a rollback journal. */
export function readChangeCounter(file: string): number {
  const handle = openSync(file, 'r');
  try {
    const counter = Buffer.alloc(4);
    readSync(handle, counter, 0, counter.length, HEADER_AT.changeCounter);
    return counter.readUInt32BE();
  } finally {
    closeSync(handle);
  }
}
