import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Looks up the addresses of a host like the system, but treats names in `.localhost` as this machine (RFC 6761). A
 * local libsql-server selects the database by such a name. Many systems do not know these names, and they must lead
 * nowhere else: their traffic may be unencrypted.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (!isLocalName(hostname)) {
    dns.lookup(hostname, options, callback);
    return;
  }
  const { family = 0 } = options;
  const wanted = LOOPBACK.filter((one) => [0, 'IPv0', one.family, `IPv${one.family}`].includes(family));
  const [first = LOOPBACK[0]] = wanted;
  process.nextTick(() => {
    if (options.all === true) callback(null, wanted.length === 0 ? [first] : wanted);
    else callback(null, first.address, first.family);
  });
};

/** Checks whether a name means this machine, whatever the system says. */
export function isLocalName(hostname: string): boolean {
  return /\.localhost\.?$/i.test(hostname);
}

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;
