import { closeSync, openSync, writeSync } from 'node:fs';
import { removeDatabase } from './copy-database';
import { withStream, type ServerAddress, type ServerStream } from './pipeline';

// In one answer, which may hold 10 MB: these make 5.6 MB in base64.
const PAGES_AT_A_TIME = 1000;

// The file format's read and write version: 2 is WAL, which the server uses, 1 a rollback journal.
const VERSIONS = { offset: 18, rollbackJournal: Buffer.from([1, 1]) };

/**
 * Writes the database of a server into an SQLite file, page by page, in one read transaction.
 *
 * @param to - the file; one that is there is replaced.
 * @param token - Default is the server's own read-write token.
 */
export async function downloadDatabase(server: ServerAddress, to: string, token?: string): Promise<void> {
  removeDatabase(to);
  const file = openSync(to, 'w');
  try {
    await withStream(server, token, async (stream) => {
      await stream.query('BEGIN');
      await copyPages(stream, file);
      await stream.query('COMMIT');
    });
  } finally {
    closeSync(file);
  }
}

async function copyPages({ query }: ServerStream, file: number): Promise<void> {
  const [sizes] = await query('SELECT page_count, page_size FROM pragma_page_count(), pragma_page_size()');
  const [pageCount, pageSize] = (sizes ?? []).map(Number);
  if (pageCount === undefined || pageSize === undefined) throw new Error('The server told no page count');
  for (let first = 1; first <= pageCount; first += PAGES_AT_A_TIME) {
    const last = Math.min(first + PAGES_AT_A_TIME - 1, pageCount);
    const pages = await query(`SELECT pgno, data FROM sqlite_dbpage WHERE pgno BETWEEN ${first} AND ${last}`);
    if (pages.length !== last - first + 1)
      throw new Error(`The server gave ${pages.length} of pages ${first}-${last}`);
    for (const [pgno, data] of pages)
      writeSync(file, data as Buffer, 0, pageSize, (Number(pgno) - 1) * pageSize);
  }
  if (pageCount > 0) writeSync(file, VERSIONS.rollbackJournal, 0, 2, VERSIONS.offset);
}
