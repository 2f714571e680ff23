import fs from 'node:fs/promises';
import { TursoSyncError } from '../../errors';
import { leaveWalMode } from '../../sqlite/files/file-header';
import type { Encoding } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import type { SnapshotOptions } from '../remote';
import { encodingOf, onlyRow, unexpectedAnswer, wholeNumber } from '../../sqlite/unexpected-answer';

/** Bytes asked for at once: large enough to be fast, and well under the server's limit of 5,000,000 for one value. */
const PIECE = 2_000_000;

/**
 * Copies the database page by page through the `sqlite_dbpage` table: the fastest way, and exact by construction.
 * Throws the server's own word where it does not serve that table.
 *
 * @param queries - of transactions that see the same; what they are asked for comes side by side.
 *
 * @see https://sqlite.org/dbpage.html
 */
export async function snapshotPages(
  queries: readonly [Query, ...Query[]],
  file: string,
  onProgress: SnapshotOptions['onProgress'],
): Promise<void> {
  const { pageSize, pageCount, sql } = await readLayout(queries[0]);
  const step = Math.floor(PIECE / pageSize);
  const fetchFrom = async (query: Query, first: number): Promise<Uint8Array[]> => {
    const pages = Array.from({ length: Math.min(step, pageCount - first + 1) }, (_, i) => first + i);
    const rows = await query(sql, [JSON.stringify(pages)]);
    return rows.map(([bytes]) => {
      if (!(bytes instanceof Uint8Array)) throw unexpectedAnswer('a page that is not bytes');
      return bytes;
    });
  };

  const output = await fs.open(file, 'wx');
  try {
    let asked = 0;
    let written = 0;
    const pending: Promise<Uint8Array[]>[] = [];
    const ask = (): void => {
      const first = 1 + asked * step;
      if (first > pageCount) return;
      const pages = fetchFrom(queries[asked % queries.length] as Query, first);
      // Should an earlier one fail, nobody waits for this one any more.
      pages.catch(() => undefined);
      pending.push(pages);
      asked++;
    };
    for (const _ of queries) ask();
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const pages = await next;
      ask();
      for (const bytes of pages) {
        await output.write(bytes);
        written += bytes.byteLength;
      }
      if (written > pageCount * pageSize) throw unexpectedAnswer('more pages than there are');
      onProgress?.({ done: written, total: pageCount * pageSize, unit: 'bytes' });
    }
    if (written !== pageCount * pageSize) {
      throw new TursoSyncError(
        'REMOTE_INTERRUPTED',
        `Only ${written} of ${pageCount * pageSize} bytes arrived.`,
        {
          hint: 'Run the command again.',
          retryable: true,
        },
      );
    }
  } finally {
    await output.close();
  }
  await leaveWalMode(file);
}

/** As many pages as SQLite allows: https://sqlite.org/limits.html */
const MOST_PAGES = 4_294_967_294;

function inRange(value: number, least: number, most: number): number {
  if (value < least || value > most) throw unexpectedAnswer(`${value} for what is ${least} to ${most}`);
  return value;
}

interface Layout {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly sql: string;
}

async function readLayout(query: Query): Promise<Layout> {
  const rows = await query(
    `SELECT (SELECT page_size FROM pragma_page_size), (SELECT page_count FROM pragma_page_count),
            (SELECT encoding FROM pragma_encoding), (SELECT data FROM sqlite_dbpage WHERE pgno = 1)`,
  );
  const [pageSize, pageCount, encoding] = onlyRow(rows);
  return {
    pageSize: inRange(wholeNumber(pageSize), 512, 65_536),
    pageCount: inRange(wholeNumber(pageCount), 1, MOST_PAGES),
    sql: pagesQuery(encodingOf(encoding)),
  };
}

// The table finds a page by its number, and nothing by a range: that would read, and bill, all pages for each piece. One large
// value is decoded far faster than a thousand small ones. Bytes go through TEXT unchanged where the encoding is UTF-8; elsewhere
// they would be converted.
function pagesQuery(encoding: Encoding): string {
  const page = (data: string): string => `(SELECT ${data} FROM sqlite_dbpage WHERE pgno = value)`;
  return encoding === 'UTF-8'
    ? `SELECT CAST(group_concat(${page('CAST(data AS TEXT)')}, '') AS BLOB) FROM json_each(?)`
    : `SELECT ${page('data')} FROM json_each(?)`;
}
