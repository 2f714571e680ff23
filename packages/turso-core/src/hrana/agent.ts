import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { lookup } from './lookup';
import { proxyFor } from './proxy';
import { openTunnel } from './tunnel';

/** Longest wait for a connection, in milliseconds. */
export const CONNECT_LIMIT = 10_000;

/**
 * Creates an agent for the connections to one server, through a proxy if the environment names one. Throws PROXY_FAILED
 * for an invalid proxy address.
 */
export function createAgent(server: URL): http.Agent {
  const { Agent } = server.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, lookup });
  const proxy = proxyFor(server);
  if (proxy === null) return agent;
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const { host, port } = options;
    openTunnel(proxy, { host: host ?? '', port: Number(port) }, CONNECT_LIMIT).then(
      (socket) => done?.(null, server.protocol === 'https:' ? withTls(connect, options, socket) : socket),
      // Without a socket, the callback receives the reason.
      (error: unknown) => (done as (reason: unknown) => void)(error),
    );
    return undefined;
  };
  return agent;
}

function withTls(
  connect: http.Agent['createConnection'],
  options: http.ClientRequestArgs,
  socket: Socket,
): Duplex {
  const inside = { ...options, socket };
  return connect(inside) as Duplex;
}

/** Calls back once a socket can carry a request: nothing is sent before the TLS handshake is complete. */
export function whenReady(socket: Socket, server: URL, onReady: () => void): void {
  const isTls = server.protocol === 'https:';
  const isPending = isTls
    ? 'secureConnecting' in socket && socket.secureConnecting === true
    : socket.connecting;
  if (isPending) socket.once(isTls ? 'secureConnect' : 'connect', onReady);
  else onReady();
}
