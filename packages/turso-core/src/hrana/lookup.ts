import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

/**
 * Looks up the addresses of a host as the system does, but takes names that end in `.localhost` for this machine (RFC 6761). A local
 * libsql-server chooses the database by such a name, which many systems do not know, and which must lead nowhere else: what goes there
 * may go in clear.
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

/** Whether a name means this machine, whatever the system knows of it. */
export function isLocalName(hostname: string): boolean {
  return /\.localhost\.?$/i.test(hostname);
}

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
] as const;
