import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { listen, type Listening } from './listen';

/** What a proxy was asked for. */
export interface SeenConnect {
  /** Host and port. */
  readonly goal: string;
  /** The header `Proxy-Authorization`, if there was one. */
  readonly authorization: string | undefined;
}

/** A proxy that opens connections. */
export interface ConnectProxy extends Listening {
  readonly seen: readonly SeenConnect[];
}

/** How a proxy is to behave. */
export interface ConnectProxyOptions {
  /** The port of loopback where every connection leads, whatever the host: so a test needs no name that anybody knows. */
  readonly leadsTo: number;
  /** A user name and a password, as `user:password`, without which it answers 407. Default is none. */
  readonly credentials?: string;
  /** What it does in place of opening a connection: a status, nothing at all, closing, or words that are no HTTP. Default is to open it. */
  readonly instead?: number | 'silence' | 'close' | 'garbage';
}

/**
 * Starts an HTTP proxy on loopback that opens connections by CONNECT, as those of companies do.
 *
 * @example
 * const proxy = await startConnectProxy({ leadsTo: front.port });
 * // HTTPS_PROXY=proxy.url
 */
export async function startConnectProxy({
  leadsTo,
  credentials,
  instead,
}: ConnectProxyOptions): Promise<ConnectProxy> {
  const seen: SeenConnect[] = [];
  const open = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url: goal = '', headers }, client: Socket, head) => {
    open.add(client);
    client.on('error', () => client.destroy());
    const { 'proxy-authorization': authorization } = headers;
    seen.push({ goal, authorization });
    if (instead === 'silence') return;
    if (instead === 'close') {
      client.destroy();
      return;
    }
    if (instead === 'garbage') {
      client.end('SSH-2.0-OpenSSH\r\n');
      return;
    }
    const wanted = credentials === undefined ? undefined : basic(credentials);
    const status = instead ?? (wanted !== undefined && authorization !== wanted ? 407 : 200);
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = connect(leadsTo, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    open.add(target);
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  const listening = await listen(server);
  return {
    ...listening,
    seen,
    async stop() {
      for (const socket of open) socket.destroy();
      await listening.stop();
    },
  };
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
