import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';
import { unauthorized } from './http-errors';

/** A token, and over what connections it may go. */
export interface TokenUse {
  /** The token of a server that asks for one. */
  readonly authToken?: string | undefined;
  /**
   * Whether the token may go to another machine over plain HTTP, where all on the way can read it. Default is whether the
   * environment variable `TURSO_SYNC_ALLOW_HTTP_TOKEN` of this process is `1`; `.env` does not count.
   */
  readonly allowHttpToken?: boolean;
}

/** Refuses a token that no header can carry, and one that others could read on its way. */
export function checkToken({ authToken, allowHttpToken }: TokenUse, url: URL, location: string): void {
  if (authToken === undefined) return;
  // What a header says about it would quote it.
  if (!/^[\x21-\x7e]+$/.test(authToken)) {
    throw unauthorized(
      `The token for ${location} holds a space, a line break or another character that no token has.`,
    );
  }
  const isAllowed = allowHttpToken ?? process.env['TURSO_SYNC_ALLOW_HTTP_TOKEN'] === '1';
  if (url.protocol === 'https:' || isLoopback(url.hostname) || isAllowed) return;
  throw new TursoSyncError(
    'TOKEN_OVER_HTTP',
    `The token would go to ${location} readable for all on the way.`,
    {
      hint: 'Write https:// or libsql://. If the network in between is your own, set TURSO_SYNC_ALLOW_HTTP_TOKEN=1 in the environment.',
    },
  );
}
