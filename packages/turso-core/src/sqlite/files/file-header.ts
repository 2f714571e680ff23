import fs from 'node:fs/promises';

/** The first bytes of every SQLite database file: https://sqlite.org/fileformat2.html#the_database_header */
const MAGIC = 'SQLite format 3\0';

/** Whether a file begins like an SQLite database; an empty file is an empty database. */
export async function isDatabaseFile(file: string): Promise<boolean> {
  const handle = await fs.open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return bytesRead === 0 || buffer.toString('latin1') === MAGIC;
  } finally {
    await handle.close();
  }
}

/**
 * Marks a complete database file as one with a rollback journal (bytes 18 and 19 of the header), so that reading it
 * never makes `-wal` and `-shm` files beside it. Only for a file without a `-wal` that nobody has open.
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
