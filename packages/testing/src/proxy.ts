import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { relay, type Relay, type RelaySettings } from './relay';

/** How a proxy is to behave, see {@link startProxy}. */
export interface ProxyOptions {
  /** Default is never to cut, see {@link TcpProxy.setCutAfter}. */
  readonly cutAfterBytes?: number;
  /** How much later what the server sends arrives, in milliseconds. Default is 0. */
  readonly delayMs?: number;
}

/** A running proxy. */
export interface TcpProxy {
  readonly url: string;
  readonly port: number;
  /** How many connections clients have made so far. */
  readonly connections: number;
  /**
   * How many HTTP requests have come so far. Counted by `GET ` and `POST ` at the start of what is received at once,
   * which is where clients that wait for each answer put them; a pipelined request may be missed.
   */
  readonly requestsSeen: number;
  /**
   * Lets each connection, those already open included, pass on so many more bytes from the server, then destroys it on
   * both sides. With 0 the server gets the request and does its work, and the client sees nothing of the answer.
   * `undefined` cuts no more.
   */
  setCutAfter(bytes: number | undefined): void;
  /** Closes the proxy and all its connections. */
  stop(): Promise<void>;
}

/**
 * Puts a TCP proxy on loopback in front of a server, to lose or delay its answers.
 *
 * @example
 * const proxy = await startProxy(sqld.port, { cutAfterBytes: 0 });
 * await expect(execOn(proxy, 'INSERT INTO t VALUES(1)')).rejects.toThrow('socket hang up');
 */
export async function startProxy(targetPort: number, options: ProxyOptions = {}): Promise<TcpProxy> {
  const settings: RelaySettings = { cutAfter: options.cutAfterBytes, delayMs: options.delayMs ?? 0 };
  const open = new Set<Relay>();
  let connections = 0;
  let requestsSeen = 0;
  const server = createServer((client) => {
    connections++;
    const connection = relay(client, targetPort, settings, () => requestsSeen++);
    open.add(connection);
    client.once('close', () => open.delete(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get connections() {
      return connections;
    },
    get requestsSeen() {
      return requestsSeen;
    },
    setCutAfter(bytes) {
      settings.cutAfter = bytes;
      for (const connection of open) connection.countAnew();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of open) connection.destroy();
      await closed;
    },
  };
}
