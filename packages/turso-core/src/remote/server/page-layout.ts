import type { Query } from '../../sqlite/query';
import { encodingOf, onlyRow, unexpectedAnswer, wholeNumber } from '../../sqlite/unexpected-answer';
import type { Encoding } from '../../sqlite/values/values';

/** The pages of a database on a server, as seen by one read transaction. */
export interface PageLayout {
  /** Size of a page in bytes. */
  readonly pageSize: number;
  readonly pageCount: number;
  /**
   * Returns the pages with these numbers, in order and in pieces. Throws REMOTE_NOT_LIBSQL if there are fewer or more
   * bytes.
   */
  read(query: Query, pages: readonly number[]): Promise<Uint8Array[]>;
}

/** Bytes per request: large enough to be fast, and well below the server's limit of 5,000,000 for one value. */
const PIECE = 2_000_000;

/** Returns the number of pages per request. */
export function pagesAtOnce({ pageSize }: PageLayout): number {
  return Math.floor(PIECE / pageSize);
}

/**
 * Reads the layout of the database. Throws the server's own error if it does not serve the table `sqlite_dbpage`.
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
      const found = answer.map(([bytes]) => {
        if (!(bytes instanceof Uint8Array)) throw unexpectedAnswer('a page that is not bytes');
        return bytes;
      });
      const size = found.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (size !== pages.length * pageSize)
        throw unexpectedAnswer(`${size} bytes instead of ${pages.length} pages`);
      return found;
    },
  };
}

/** SQLite's maximum number of pages: https://sqlite.org/limits.html */
const MOST_PAGES = 4_294_967_294;

function inRange(value: number, least: number, most: number): number {
  if (value < least || value > most) throw unexpectedAnswer(`${value} for what is ${least} to ${most}`);
  return value;
}

// The table finds single pages by number. A range would read, and bill, all pages for each piece. One large value
// decodes far faster than a thousand small ones. In UTF-8 databases, bytes pass through TEXT unchanged; other encodings
// would convert them.
function pagesQuery(encoding: Encoding): string {
  const page = (data: string): string => `(SELECT ${data} FROM sqlite_dbpage WHERE pgno = value)`;
  return encoding === 'UTF-8'
    ? `SELECT CAST(group_concat(${page('CAST(data AS TEXT)')}, '') AS BLOB) FROM json_each(?)`
    : `SELECT ${page('data')} FROM json_each(?)`;
}
