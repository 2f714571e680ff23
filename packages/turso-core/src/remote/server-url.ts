import { TursoSyncError } from '../errors';
import type { RemoteAddress } from './url';

/** Reads what follows the scheme in the URL of a server. Throws URL_UNSUPPORTED. */
export function readServerUrl(scheme: string, rest: string): RemoteAddress {
  const [, address = '', query = '', fragment] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(rest) ?? [];
  if (fragment !== undefined) throw unsupported('The database URL has a fragment (#).', PARAMETER_HINT);
  const protocol = hasTls(scheme, query) ? 'https:' : 'http:';
  const url = readAddress(protocol, address);
  const prefix = url.pathname.replace(/\/+$/, '');
  return {
    kind: 'http',
    // Ends with a slash, because the paths of requests are relative to it.
    url: new URL(`${protocol}//${url.host}${prefix}/`),
    location: `${scheme}//${url.host}${prefix}`,
  };
}

const PARAMETER_HINT =
  'libsql: can have the parameter tls, as in libsql://localhost:8080?tls=0. Leave out all others.';

function hasTls(scheme: string, query: string): boolean {
  const isPlain = scheme === 'http:' || scheme === 'ws:';
  let isWanted = !isPlain;
  for (const parameter of query.split('&').filter((text) => text !== '')) {
    const [, digit] = /^tls=([01])$/.exec(parameter) ?? [];
    if (digit === undefined) throw unsupported('The database URL has an unknown parameter.', PARAMETER_HINT);
    isWanted = digit === '1';
  }
  if (scheme !== 'libsql:' && isWanted === isPlain) {
    throw unsupported(
      `The database URL is of the scheme ${scheme}, and its parameter tls says the opposite.`,
      'Write https: with TLS and http: without it, and leave out the parameter.',
    );
  }
  return isWanted;
}

/** Host, port and path. Only what means the same to every program: no other spellings of a host or a path. */
const ADDRESS = /^\/\/(\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*\.?)(?::\d*)?((?:\/[\w.~!$&'()*+,;=:@%-]*)*)$/i;

function readAddress(protocol: string, address: string): URL {
  const [, host = '', pathname = ''] = ADDRESS.exec(address) ?? [];
  const url = host === '' ? null : urlOf(protocol + address);
  const isSame = host.startsWith('[') || url?.hostname === host.toLowerCase();
  if (url === null || !isSame || url.pathname !== (pathname || '/')) {
    // Omits the cause, because it contains the URL.
    throw unsupported(
      'The database URL cannot be read.',
      'It should look like libsql://my-db.turso.io or http://127.0.0.1:8080. ' +
        'Write other letters in the name of a host as its punycode (xn--).',
    );
  }
  return url;
}

function urlOf(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function unsupported(message: string, hint: string): TursoSyncError {
  return new TursoSyncError('URL_UNSUPPORTED', message, { hint });
}
