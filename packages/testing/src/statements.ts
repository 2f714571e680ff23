import { queryOnce, scriptOnce, withStream, type ServerAddress, type ServerValue } from './pipeline';

/**
 * Runs SQL on a server: one script, or several one after the other on one connection.
 *
 * @param token - Default is the server's own read-write token.
 * @throws Error at the first failure; what came after it is not run, and an open transaction is rolled back.
 *
 * @example
 * await execOn(sqld, ['BEGIN', "UPDATE t SET v='x' WHERE id=1", 'COMMIT']);
 */
export function execOn(
  server: ServerAddress,
  sql: string | readonly string[],
  token?: string,
): Promise<void> {
  if (typeof sql === 'string') return scriptOnce(server, token, sql);
  return withStream(server, token, async ({ script }) => {
    for (const text of sql) await script(text);
  });
}

/**
 * Runs one statement on a server and returns its rows, each an array in the order of the columns.
 *
 * @param token - Default is the server's own read-write token.
 * @throws Error when the statement fails, and on an infinite value, which JSON cannot tell.
 */
export function queryOn(server: ServerAddress, sql: string, token?: string): Promise<ServerValue[][]> {
  return queryOnce(server, token, sql);
}
