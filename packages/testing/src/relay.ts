import { connect, type Socket } from 'node:net';

/** An end of a connection: what comes from the client are requests, what comes from the server answers. */
export type Side = 'client' | 'server';

/** What may change while connections are open. */
export interface RelaySettings {
  /** Where to break connections off, if at all. */
  cut: { readonly from: Side; readonly after: number } | undefined;
  delayMs: number;
  readonly lingers: boolean;
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
  onBytes: (from: Side, bytes: Buffer) => void,
): Relay {
  const server = connect(targetPort, '127.0.0.1');
  const passed = { client: 0, server: 0 };
  const destroy = () => {
    client.destroy();
    server.destroy();
  };
  const passOn = (from: Side, to: Socket, chunk: Buffer) => {
    if (to.destroyed) return;
    const left = settings.cut?.from === from ? Math.max(settings.cut.after - passed[from], 0) : Infinity;
    passed[from] += chunk.length;
    if (chunk.length < left) to.write(chunk);
    else to.write(chunk.subarray(0, left), destroy);
  };

  client.on('data', (chunk) => {
    onBytes('client', chunk);
    passOn('client', server, chunk);
  });
  server.on('data', (chunk) => {
    onBytes('server', chunk);
    if (settings.delayMs === 0) passOn('server', client, chunk);
    else setTimeout(passOn, settings.delayMs, 'server', client, chunk);
  });

  // A close, too, comes no sooner than the bytes before it.
  server.on('close', () => setTimeout(() => client.end(), settings.delayMs));
  client.on('close', () => {
    if (!settings.lingers) server.destroy();
  });
  client.on('error', destroy);
  server.on('error', destroy);
  return { countAnew: () => Object.assign(passed, { client: 0, server: 0 }), destroy };
}
