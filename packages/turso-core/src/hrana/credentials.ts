import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';
import { FOR_COMMANDS, type Advice } from './advice';
import { unauthorized, wrongKey } from './http-errors';

/** The credentials for a server, and the permitted connections for them. */
export interface Credentials {
  /** The token, if the server needs one. */
  readonly authToken?: string | undefined;
  /** The key of an encrypted database in the server's format: base64. Sent with every request. */
  readonly encryptionKey?: string | undefined;
  /**
   * Whether token and key may go to another machine over plain HTTP, readable by everyone on the way. Default is true
   * if this process has the environment variable `TURSO_SYNC_ALLOW_HTTP_TOKEN` set to `1`. `.env` does not count.
   */
  readonly allowHttpToken?: boolean;
}

/** Refuses a token or key that does not fit a header, or that others could read on its way. */
export function checkCredentials(
  { authToken, encryptionKey, allowHttpToken }: Credentials,
  url: URL,
  location: string,
  advice: Advice = FOR_COMMANDS,
): void {
  checkSecret(authToken, `The token for ${location}`, (message) => unauthorized(message, advice));
  checkSecret(encryptionKey, `The encryption key for ${location}`, (message) => wrongKey(message, advice));
  if (authToken === undefined && encryptionKey === undefined) return;
  const isAllowed = allowHttpToken ?? process.env['TURSO_SYNC_ALLOW_HTTP_TOKEN'] === '1';
  if (url.protocol === 'https:' || isLoopback(url.hostname) || isAllowed) return;
  const what = authToken === undefined ? 'encryption key' : 'token';
  throw new TursoSyncError(
    'TOKEN_OVER_HTTP',
    `The ${what} would go to ${location} readable for all on the way.`,
    { hint: advice.plainHttp },
  );
}

/** Returns the headers with the database's key for each request. */
export function keyHeaders({ encryptionKey }: Credentials): Readonly<Record<string, string>> {
  return encryptionKey === undefined ? {} : { 'x-turso-encryption-key': encryptionKey };
}

// A header's own error about an invalid character would quote it.
function checkSecret(
  secret: string | undefined,
  what: string,
  refused: (message: string) => TursoSyncError,
): void {
  if (secret === undefined || /^[\x21-\x7e]+$/.test(secret)) return;
  throw refused(`${what} holds a space, a line break or another character that none has.`);
}
