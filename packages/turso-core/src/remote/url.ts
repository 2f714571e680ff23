import { TursoSyncError } from '../errors';
import { readFileUrl } from './file-url';
import { readServerUrl } from './server-url';

const SCHEMES = ['libsql:', 'https:', 'http:', 'wss:', 'ws:', 'file:'];

/** The address of a remote: an HTTP(S) URL of a libsql-server, or a file. */
export type RemoteAddress =
  | { readonly kind: 'http'; readonly url: URL; readonly location: string }
  | { readonly kind: 'file'; readonly file: string; readonly location: string };

/**
 * Parses the URL of a remote. `libsql:` and `wss:` mean `https:`, and `ws:` means `http:`. As in the libSQL clients,
 * `libsql:` with `?tls=0` means `http:`. A relative `file:` URL starts at `directory`. Throws URL_UNSUPPORTED, and
 * CONFIG_HAS_SECRET for a URL with a token or a password. The hint names where the token belongs. The rules are those
 * of all languages, in `packages/turso-ffi/contract/urls.txt`.
 */
export function parseRemoteUrl(
  text: string,
  directory: string,
  tokenPlace = 'TURSO_AUTH_TOKEN',
): RemoteAddress {
  const scheme = /^([a-z][a-z0-9+.-]*:)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme)) {
    throw new TursoSyncError('URL_UNSUPPORTED', `The database URL starts with ${describe(scheme)}.`, {
      hint: `Use one of ${SCHEMES.join(', ')} - for example libsql://my-db.turso.io or file:./remote.db.`,
    });
  }
  const rest = text.slice(scheme.length);
  if (hasSecret(rest)) {
    throw new TursoSyncError('CONFIG_HAS_SECRET', 'The database URL carries a credential.', {
      hint: `Put the token into ${tokenPlace} and leave the URL without it.`,
    });
  }
  return scheme === 'file:' ? readFileUrl(rest, directory) : readServerUrl(scheme, rest);
}

function describe(scheme: string | undefined): string {
  return scheme === undefined ? 'no scheme' : `the scheme "${scheme}", which is not known here`;
}

/** Whether there is a user or a password, or a parameter or fragment that is named like a credential. */
function hasSecret(rest: string): boolean {
  const [, authority = '', ending = ''] = /^\/*([^/?#]*)[^?#]*(.*)$/s.exec(rest) ?? [];
  const names = ending.split(/[?&#]/).map((parameter) => decoded(parameter.split('=')[0] ?? ''));
  return (rest.startsWith('//') && authority.includes('@')) || names.some((name) => SECRET.test(name));
}

const SECRET = /token|jwt|password|secret|key/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
