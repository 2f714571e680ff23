// `node serve-doubles.js` puts doubles and fronts before servers, for tests in other languages. Each line of stdin is one of
//     PORT PROFILE            a double of the server at this port
//     PORT tls HOST FILE      a front that ends TLS, with a certificate for this host; that of its authority goes into the file
//     FRONT expire            shows an expired certificate from now on, at the port of such a front
// The line that answers it is a port. It ends with its stdin.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createAuthority } from './certificates';
import { startDouble } from './double/double';
import type { Profile } from './double/profiles';
import { startFront } from './front';

void serve();

async function serve(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const [port = '', kind, host = '', file = ''] = line.split(' ');
    process.stdout.write(`${await start(Number(port), kind, host, file)}\n`);
  }
  process.exit();
}

async function start(port: number, kind: string | undefined, host: string, file: string): Promise<number> {
  if (kind === 'tls') return startTls(port, host, file);
  if (kind !== 'expire') return (await startDouble(port, kind as Profile)).port;
  fronts.get(port)?.();
  return port;
}

/** Lets the certificate of each front expire, by its port. */
const fronts = new Map<number, () => void>();

const HOUR = 3_600_000;

async function startTls(targetPort: number, host: string, file: string): Promise<number> {
  const authority = createAuthority();
  writeFileSync(file, authority.cert);
  const front = await startFront(targetPort, { certified: authority.certify(host) });
  const until = new Date(Date.now() - HOUR);
  const expired = authority.certify(host, { from: new Date(until.getTime() - HOUR), until });
  fronts.set(front.port, () => front.certify(expired));
  return front.port;
}
