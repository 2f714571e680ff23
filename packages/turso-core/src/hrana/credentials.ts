import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';
import { unauthorized, wrongKey } from './http-errors';

/** What a server asks its clients for, and over what connections it may go. */
export interface Credentials {
  /** The token of a server that asks for one. */
  readonly authToken?: string | undefined;
  /** The key of a database that its server keeps encrypted, as the server wants it: in base64. Sent with every request. */
  readonly encryptionKey?: string | undefined;
  /**
   * Whether token and key may go to another machine over plain HTTP, where all on the way can read them. Default is whether the
   * environment variable `TURSO_SYNC_ALLOW_HTTP_TOKEN` of this process is `1`; `.env` does not count.
   */
  readonly allowHttpToken?: boolean;
}

/** Refuses a token or key that no header can carry, and one that others could read on its way. */
export function checkCredentials(
  { authToken, encryptionKey, allowHttpToken }: Credentials,
  url: URL,
  location: string,
): void {
  checkSecret(authToken, `The token for ${location}`, unauthorized);
  checkSecret(encryptionKey, `The encryption key for ${location}`, wrongKey);
  if (authToken === undefined && encryptionKey === undefined) return;
  const isAllowed = allowHttpToken ?? process.env['TURSO_SYNC_ALLOW_HTTP_TOKEN'] === '1';
  if (url.protocol === 'https:' || isLoopback(url.hostname) || isAllowed) return;
  const what = authToken === undefined ? 'encryption key' : 'token';
  throw new TursoSyncError(
    'TOKEN_OVER_HTTP',
    `The ${what} would go to ${location} readable for all on the way.`,
    {
      hint: 'Write https:// or libsql://. If the network in between is your own, set TURSO_SYNC_ALLOW_HTTP_TOKEN=1 in the environment.',
    },
  );
}

/** The headers that each request has for the sake of its database. */
export function keyHeaders({ encryptionKey }: Credentials): Readonly<Record<string, string>> {
  return encryptionKey === undefined ? {} : { 'x-turso-encryption-key': encryptionKey };
}

// What a header says about a character that it cannot carry would quote it.
function checkSecret(
  secret: string | undefined,
  what: string,
  refused: (message: string) => TursoSyncError,
): void {
  if (secret === undefined || /^[\x21-\x7e]+$/.test(secret)) return;
  throw refused(`${what} holds a space, a line break or another character that none has.`);
}
