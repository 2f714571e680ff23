/**
 * A query, with the hex result of `sha3_query(sql, 256)` for it. A server with another result has another function of
 * that name.
 *
 * @see https://github.com/sqlite/sqlite/blob/master/ext/misc/shathree.c
 */
export const KNOWN_CHECKSUM = {
  sql: 'SELECT 1',
  sha3: '87d704d93c82458e27061eefd0458cf1809ecd90a77805eba72b9d2045522951',
} as const;
