import { TursoSyncError } from '../errors';
import { failingQuery } from '../sqlite/failing-query';
import { statementTokens } from '../sqlite/schema/one-statement';
import { isWord } from '../sqlite/schema/sql-tokens';
import type { Statement } from '../sqlite/statement';
import { COUNTED, type Check } from './check';

/** The start of the message in which a check reports its number of rows. */
const FOUND = 'turso-sync-check-rows:';

/** The first words of queries usable inside another query. */
const BEGINNINGS = ['select', 'with', 'values'];

/** A check to run on a remote. */
export interface RemoteCheck {
  /** Its file name. */
  readonly name: string;
  /** A statement of a transaction. If the check returns rows, the statement fails and rolls the transaction back. */
  readonly statement: Statement;
  /** The query for the number of its rows, up to the limit. */
  readonly count: string;
}

/**
 * Turns a check into one for a remote. The check must have run on a local file first, as proof of being a single
 * read-only query.
 * Throws CHECK_INVALID for a query without a place inside another one, such as a PRAGMA.
 */
export function remoteCheck({ name, sql }: Check): RemoteCheck {
  const tokens = statementTokens(sql);
  const [first, last] = [tokens?.[0], tokens?.at(-1)];
  if (first === undefined || last === undefined || !BEGINNINGS.some((word) => isWord(first, word)))
    throw notOnRemote(name);
  // Drops everything after the query: a semicolon, and comments able to hide the parenthesis.
  const query = sql.slice(first.at, last.at + last.text.length);
  const rows = `(SELECT 1 FROM (${query}) LIMIT ${COUNTED})`;
  const found = `SELECT iif(count(*) = 0, NULL, '${FOUND}' || count(*)) FROM ${rows}`;
  return {
    name,
    statement: { sql: failingQuery(found), check: name },
    count: `SELECT count(*) FROM ${rows}`,
  };
}

/**
 * Reads the number of rows from the message of a failed {@link RemoteCheck} statement. Null if it failed for another
 * reason.
 */
export function rowsFound(message: string): number | null {
  const [, rows] = new RegExp(`${FOUND}(\\d+)`).exec(message) ?? [];
  return rows === undefined ? null : Number(rows);
}

function notOnRemote(name: string): TursoSyncError {
  return new TursoSyncError(
    'CHECK_INVALID',
    `The check ${name} cannot run on the remote: it does not begin with SELECT, WITH or VALUES.`,
    {
      hint: `Write a PRAGMA as a table, such as SELECT * FROM pragma_foreign_key_check. Or leave it out by --allow check:${name}. Nothing was sent.`,
    },
  );
}
