import { TursoSyncError } from '../errors';
import { failingQuery } from '../sqlite/failing-query';
import { statementTokens } from '../sqlite/schema/one-statement';
import { isWord } from '../sqlite/schema/sql-tokens';
import type { Statement } from '../sqlite/statement';
import { COUNTED, type Check } from './check';

/** Starts the text by which a check tells how many rows it found. */
const FOUND = 'turso-sync-check-rows:';

/** How a query begins that can be part of another one. */
const BEGINNINGS = ['select', 'with', 'values'];

/** A check for a remote. */
export interface RemoteCheck {
  /** The name of its file. */
  readonly name: string;
  /** A statement of a transaction: if the check returns rows, it is an error, which takes the transaction back. */
  readonly statement: Statement;
  /** The query that counts its rows, as far as they are counted. */
  readonly count: string;
}

/**
 * Makes a check one for a remote. It must have run on a local file, which tells that it is one query that only reads. Throws CHECK_INVALID
 * for a query that cannot be part of another one, such as a PRAGMA.
 */
export function remoteCheck({ name, sql }: Check): RemoteCheck {
  const tokens = statementTokens(sql);
  const [first, last] = [tokens?.[0], tokens?.at(-1)];
  if (first === undefined || last === undefined || !BEGINNINGS.some((word) => isWord(first, word)))
    throw notOnRemote(name);
  // Without what follows it: a semicolon, and comments that might hide the parenthesis.
  const query = sql.slice(first.at, last.at + last.text.length);
  const rows = `(SELECT 1 FROM (${query}) LIMIT ${COUNTED})`;
  const found = `SELECT iif(count(*) = 0, NULL, '${FOUND}' || count(*)) FROM ${rows}`;
  return {
    name,
    statement: { sql: failingQuery(found), check: name },
    count: `SELECT count(*) FROM ${rows}`,
  };
}

/** How many rows the message of a failed statement of a {@link RemoteCheck} tells; null if it failed for another reason. */
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
