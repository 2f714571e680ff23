import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { relay, type Relay, type RelaySettings, type Side } from './relay';

/** How a proxy is to behave, see {@link startProxy}. */
export interface ProxyOptions {
  /** Default is never to cut, see {@link TcpProxy.setCutAfter}. */
  readonly cutAfterBytes?: number;
  /** How much later what the server sends arrives, in milliseconds. Default is 0. */
  readonly delayMs?: number;
  /** Whether the server does not learn that a client has gone, as behind some reverse proxies. Default is `false`. */
  readonly lingers?: boolean;
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
  /** How many bytes have come so far, from all clients and from the server. */
  readonly bytesFrom: Readonly<Record<Side, number>>;
  /** Bytes of the largest request so far, its head included: all that came on a connection between two answers. */
  readonly largestRequest: number;
  /**
   * Lets each connection, those already open included, pass on so many more bytes from one side, then destroys it on
   * both. With 0 from the server, it gets the request and does its work, and the client sees nothing of the answer; cut
   * on the client's side, the server gets half a request. `undefined` cuts no more, on either side.
   *
   * @param from - Default is `server`.
   */
  setCutAfter(bytes: number | undefined, from?: Side): void;
  /** Delays what the server sends from now on by so many milliseconds. */
  setDelay(milliseconds: number): void;
  /** Closes the proxy and all its connections. */
  stop(): Promise<void>;
}

/**
 * Puts a TCP proxy on loopback in front of a server, to lose or delay what passes.
 *
 * @example
 * const proxy = await startProxy(sqld.port, { cutAfterBytes: 0 });
 * await expect(execOn(proxy, 'INSERT INTO t VALUES(1)')).rejects.toThrow('socket hang up');
 */
export async function startProxy(targetPort: number, options: ProxyOptions = {}): Promise<TcpProxy> {
  const settings: RelaySettings = {
    cut: options.cutAfterBytes === undefined ? undefined : { from: 'server', after: options.cutAfterBytes },
    delayMs: options.delayMs ?? 0,
    lingers: options.lingers ?? false,
  };
  const open = new Set<Relay>();
  const bytesFrom = { client: 0, server: 0 };
  let connections = 0;
  let requestsSeen = 0;
  let largestRequest = 0;
  const server = createServer((client) => {
    connections++;
    let request = 0;
    const connection = relay(client, targetPort, settings, (from, bytes) => {
      bytesFrom[from] += bytes.length;
      request = from === 'client' ? request + bytes.length : 0;
      largestRequest = Math.max(largestRequest, request);
      if (from === 'client' && /^(GET|POST) /.test(bytes.toString('latin1', 0, 5))) requestsSeen++;
    });
    open.add(connection);
    client.once('close', () => {
      if (!settings.lingers) open.delete(connection);
    });
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
    bytesFrom,
    get largestRequest() {
      return largestRequest;
    },
    setCutAfter(bytes, from = 'server') {
      settings.cut = bytes === undefined ? undefined : { from, after: bytes };
      for (const connection of open) connection.countAnew();
    },
    setDelay(milliseconds) {
      settings.delayMs = milliseconds;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of open) connection.destroy();
      await closed;
    },
  };
}
