import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A loopback port that nothing listened on a moment ago.
 *
 * Taken from below the ports that systems hand out to outgoing connections, so that no client gets it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10240, 32768);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
