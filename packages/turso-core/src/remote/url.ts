import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TursoSyncError } from '../errors';
import { resolveLinks } from '../sqlite/files/resolve-links';

const SCHEMES = ['libsql:', 'https:', 'http:', 'wss:', 'ws:', 'file:'];

/** The address of a remote: an HTTP(S) URL of a libsql-server, or a file. */
export type RemoteAddress =
  | { readonly kind: 'http'; readonly url: URL; readonly location: string }
  | { readonly kind: 'file'; readonly file: string; readonly location: string };

/**
 * Parses the URL of a remote. `libsql:` and `wss:` mean `https:`, and `ws:` means `http:`. As in the libSQL clients,
 * `libsql:` with `?tls=0` means `http:`. A relative `file:` URL starts at `directory`. Throws URL_UNSUPPORTED, and
 * CONFIG_HAS_SECRET for a URL with a token or a password. The hint names where the token belongs.
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
  return scheme === 'file:' ? parseFileUrl(text, directory) : parseServerUrl(text, scheme, tokenPlace);
}

function describe(scheme: string | undefined): string {
  return scheme === undefined ? 'no scheme' : `the scheme "${scheme}", which is not known here`;
}

function parseFileUrl(text: string, directory: string): RemoteAddress {
  const rest = text.slice('file:'.length);
  if (rest.replace(/^\/+/, '') === '') {
    throw new TursoSyncError('URL_UNSUPPORTED', 'The database URL "file:" names no file.', {
      hint: FILE_HINT,
    });
  }
  const file = pathOf(text, rest, directory);
  return { kind: 'file', file: resolved(file), location: `file:${file}` };
}

function resolved(file: string): string {
  try {
    return resolveLinks(file);
  } catch (cause) {
    throw new TursoSyncError(
      'URL_UNSUPPORTED',
      `The file URL leads to no file: ${(cause as Error).message}.`,
      {
        hint: 'Check the path, its links, and its permissions.',
        cause,
      },
    );
  }
}

/** A URL with one slash may have a drive too: `file:/C:/remote.db`. */
const isWindows = path.sep === '\\';

const FILE_HINT = 'Write file:./remote.db, or file:///absolute/path/remote.db.';

function pathOf(text: string, rest: string, directory: string): string {
  try {
    const file = rest.startsWith('//')
      ? fileURLToPath(text, { windows: isWindows })
      : path.resolve(directory, decodeURIComponent(isWindows ? rest.replace(/^\/(?=[a-z]:)/i, '') : rest));
    if (file.includes('\0')) throw new Error('There is a NUL in it.');
    return file;
  } catch (cause) {
    throw new TursoSyncError('URL_UNSUPPORTED', 'The file URL cannot be read as a path.', {
      hint: FILE_HINT,
      cause,
    });
  }
}

function parseServerUrl(text: string, scheme: string, tokenPlace: string): RemoteAddress {
  const isPlain =
    scheme === 'http:' || scheme === 'ws:' || (scheme === 'libsql:' && /[?&]tls=0(&|#|$)/.test(text));
  const url = urlOf(text.replace(/^[a-z]+:/i, isPlain ? 'http:' : 'https:'));
  if (url.password !== '' || url.username !== '' || [...url.searchParams.keys()].some(isSecret)) {
    throw new TursoSyncError('CONFIG_HAS_SECRET', 'The database URL carries a credential.', {
      hint: `Put the token into ${tokenPlace} and leave the URL without it.`,
    });
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  return {
    kind: 'http',
    // Ends with a slash, because the paths of requests are relative to it.
    url: new URL(`${url.protocol}//${url.host}${prefix}/`),
    location: `${scheme}//${url.host}${prefix}`,
  };
}

function urlOf(text: string): URL {
  try {
    return new URL(text);
  } catch {
    // Omits the cause, because it contains the URL.
    throw new TursoSyncError('URL_UNSUPPORTED', 'The database URL cannot be read.', {
      hint: 'It should look like libsql://my-db.turso.io or http://127.0.0.1:8080.',
    });
  }
}

function isSecret(parameter: string): boolean {
  return /token|jwt|password|secret|key/i.test(parameter);
}
