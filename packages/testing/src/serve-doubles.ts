// `node serve-doubles.js` puts doubles and fronts before servers, for tests in other languages. Each line of stdin is a port and a profile, or a
// port, `tls`, a host that the certificate is for, and a file for that of its authority. The line that answers it is a port. It ends with its stdin.
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
    const started =
      kind === 'tls'
        ? await startTls(Number(port), host, file)
        : await startDouble(Number(port), kind as Profile);
    process.stdout.write(`${started.port}\n`);
  }
  process.exit();
}

function startTls(port: number, host: string, file: string): ReturnType<typeof startFront> {
  const authority = createAuthority();
  writeFileSync(file, authority.cert);
  return startFront(port, { certified: authority.certify(host) });
}
