import { connect, type Socket } from 'node:net';

/** What may change while connections are open. */
export interface RelaySettings {
  cutAfter: number | undefined;
  readonly delayMs: number;
}

/** One client's connection through the proxy. */
export interface Relay {
  /** Lets the bytes count from here. */
  countAnew(): void;
  destroy(): void;
}

/** Passes bytes between a client and a server until either closes or the settings ask for a cut. */
export function relay(
  client: Socket,
  targetPort: number,
  settings: RelaySettings,
  onRequest: () => void,
): Relay {
  const server = connect(targetPort, '127.0.0.1');
  let passed = 0;
  const destroy = () => {
    client.destroy();
    server.destroy();
  };

  client.on('data', (chunk) => {
    if (/^(GET|POST) /.test(chunk.toString('latin1', 0, 5))) onRequest();
    server.write(chunk);
  });
  const passOn = (chunk: Buffer) => {
    if (client.destroyed) return;
    const left = settings.cutAfter === undefined ? Infinity : Math.max(settings.cutAfter - passed, 0);
    passed += chunk.length;
    if (chunk.length < left) client.write(chunk);
    else client.write(chunk.subarray(0, left), destroy);
  };
  server.on('data', (chunk) => {
    if (settings.delayMs === 0) passOn(chunk);
    else setTimeout(passOn, settings.delayMs, chunk);
  });

  // A close, too, comes no sooner than the bytes before it.
  server.on('close', () => setTimeout(() => client.end(), settings.delayMs));
  client.on('close', () => server.destroy());
  client.on('error', destroy);
  server.on('error', destroy);
  return { countAnew: () => (passed = 0), destroy };
}
