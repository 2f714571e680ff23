import { BlockList, isIP } from 'node:net';
import { TursoSyncError } from '../errors';
import { isLoopback } from '../is-loopback';

/** A proxy for requests. */
export interface Proxy {
  readonly url: URL;
  /** The environment variable with the proxy's address. */
  readonly variable: string;
}

/** Environment variables, by name. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the proxy for a server from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, also in lower case, like curl and Go.
 * Returns null for none; this machine never needs a proxy. Throws PROXY_FAILED for an invalid address.
 */
export function proxyFor(server: URL, variables: Variables = process.env): Proxy | null {
  if (isLoopback(server.hostname)) return null;
  const names = server.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY'];
  const variable = names.find((name) => isSet(variables[name]));
  if (variable === undefined) return null;
  const exceptions = [variables['no_proxy'], variables['NO_PROXY']].find(isSet) ?? '';
  if (exceptions.split(/[\s,]+/).some((pattern) => matches(pattern, server))) return null;
  return { url: addressOf(variables[variable]?.trim() ?? '', variable), variable };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

function addressOf(text: string, variable: string): URL {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (['http:', 'https:'].includes(url.protocol) && url.hostname !== '') return url;
  } catch {
    // Reported below, without the text: it may contain a password.
  }
  throw new TursoSyncError('PROXY_FAILED', `${variable} is not the address of an HTTP proxy.`, {
    hint: 'It should look like http://proxy.example:3128. Proxies of other kinds, such as SOCKS, are not supported.',
  });
}

/**
 * Checks whether an entry of `NO_PROXY` includes a server. Entries are `*`, a domain with everything below it, an
 * address, or a network like `10.0.0.0/8`. An entry may have a port.
 */
function matches(pattern: string, server: URL): boolean {
  if (pattern === '') return false;
  if (pattern === '*') return true;
  const hostname = server.hostname.replace(/^\[|\]$|\.$/g, '');
  if (pattern.includes('/')) return isInNetwork(hostname, pattern);
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(isIP(pattern) === 6 ? `[${pattern}]` : pattern) ?? [];
  const isPort =
    port === undefined || port === (server.port || (server.protocol === 'https:' ? '443' : '80'));
  const domain = name.replace(/^\*?\.|^\[|\]$|\.$/g, '').toLowerCase();
  return isPort && domain !== '' && (hostname === domain || hostname.endsWith(`.${domain}`));
}

function isInNetwork(hostname: string, pattern: string): boolean {
  const [network = '', prefix] = pattern.split('/');
  const family = isIP(hostname);
  if (family === 0 || isIP(network) !== family) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  try {
    const list = new BlockList();
    list.addSubnet(network, Number(prefix), kind);
    return list.check(hostname, kind);
  } catch {
    return false;
  }
}
