import { closeSync, openSync, readSync } from 'node:fs';
import fs from 'node:fs/promises';

/** The first bytes of every SQLite database file: https://sqlite.org/fileformat2.html#the_database_header */
const MAGIC = 'SQLite format 3\0';

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
    return buffer[18] === 255 && buffer[19] === 255 ? 'mvcc' : 'sqlite';
  } finally {
    await handle.close();
  }
}

/** Marks the first bytes of a database file in the way of {@link leaveWalMode}. */
export function markRollbackMode(header: Uint8Array): void {
  if (header.byteLength >= 20) header.fill(1, 18, 20);
}

/**
 * Marks a complete database file as one with a rollback journal (bytes 18 and 19 of the header). Reading it then never
 * creates `-wal` and `-shm` files beside it. Only for a file without a `-wal` that nobody has open.
 */
export async function leaveWalMode(file: string): Promise<void> {
  const handle = await fs.open(file, 'r+');
  try {
    const { bytesRead } = await handle.read(Buffer.alloc(20), 0, 20, 0);
    if (bytesRead === 20) await handle.write(Buffer.from([1, 1]), 0, 2, 18);
  } finally {
    await handle.close();
  }
}

/** Returns the number that every writing transaction changes in a file with a rollback journal. */
export function readChangeCounter(file: string): number {
  const handle = openSync(file, 'r');
  try {
    const counter = Buffer.alloc(4);
    readSync(handle, counter, 0, counter.length, 24);
    return counter.readUInt32BE();
  } finally {
    closeSync(handle);
  }
}
