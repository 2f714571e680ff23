import type { Query } from '../../sqlite/query';
import { encodingOf, onlyRow, unexpectedAnswer, wholeNumber } from '../../sqlite/unexpected-answer';
import type { Encoding } from '../../sqlite/values/values';

/** The pages of a database on a server, as one read transaction sees them. */
export interface PageLayout {
  /** In bytes. */
  readonly pageSize: number;
  readonly pageCount: number;
  /** Gives the pages of these numbers, one after the other in pieces. Throws if one of them is missing. */
  read(query: Query, pages: readonly number[]): Promise<Uint8Array[]>;
}

/** Bytes asked for at once: large enough to be fast, and well under the server's limit of 5,000,000 for one value. */
const PIECE = 2_000_000;

/** How many pages are asked for at once. */
export function pagesAtOnce({ pageSize }: PageLayout): number {
  return Math.floor(PIECE / pageSize);
}

/**
 * Asks how the database is laid out. Throws the server's own word if it does not serve the table `sqlite_dbpage`.
 *
 * @see https://sqlite.org/dbpage.html
 */
export async function readPageLayout(query: Query): Promise<PageLayout> {
  const rows = await query(
    `SELECT (SELECT page_size FROM pragma_page_size), (SELECT page_count FROM pragma_page_count),
            (SELECT encoding FROM pragma_encoding), (SELECT data FROM sqlite_dbpage WHERE pgno = 1)`,
  );
  const [size, count, encoding] = onlyRow(rows);
  const pageSize = inRange(wholeNumber(size), 512, 65_536);
  const sql = pagesQuery(encodingOf(encoding));
  return {
    pageSize,
    pageCount: inRange(wholeNumber(count), 1, MOST_PAGES),
    async read(query, pages) {
      const answer = await query(sql, [JSON.stringify(pages)]);
      return answer.map(([bytes]) => {
        if (!(bytes instanceof Uint8Array)) throw unexpectedAnswer('a page that is not bytes');
        return bytes;
      });
    },
  };
}

/** As many pages as SQLite allows: https://sqlite.org/limits.html */
const MOST_PAGES = 4_294_967_294;

function inRange(value: number, least: number, most: number): number {
  if (value < least || value > most) throw unexpectedAnswer(`${value} for what is ${least} to ${most}`);
  return value;
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
