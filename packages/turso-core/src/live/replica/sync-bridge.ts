import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { TursoSyncError } from '../../errors';
import { createAgent } from '../../hrana/agent';
import { bodyOf } from '../../hrana/decompress';
import { keyHeaders } from '../../hrana/credentials';
import { transportError } from '../../hrana/http-errors';
import { isLocalName } from '../../hrana/lookup';
import { namespaceHeader } from '../../hrana/namespace';
import { sendWithToken, type Tokens } from '../../hrana/tokens';

/** A server and its secrets. */
export interface BridgedServer {
  readonly url: URL;
  readonly location: string;
  readonly tokens: Tokens;
  readonly encryptionKey: string | undefined;
}

/** A stand-in for the server, for libSQL's client. */
export interface SyncBridge {
  readonly url: string;
  /** The client's replacement for the token. No other process knows it. */
  readonly token: string;
  /** Returns why a request to the server failed since the last call, or null if none did. */
  takeFailure(): TursoSyncError | null;
  stop(): void;
}

/**
 * Checks whether libSQL's client cannot reach a server like this process does. The client sends no encryption key, and
 * knows neither proxies nor extra certificate authorities. It leaves names in `.localhost` to the system, and never
 * changes its token.
 */
export function needsBridge({ url, tokens, encryptionKey }: BridgedServer): boolean {
  if (tokens.known !== undefined || encryptionKey !== undefined) return true;
  return url.protocol === 'https:' || isLocalName(url.hostname);
}

/**
 * Passes requests of libSQL's client from loopback to the server, over the same kind of connections as the rest of this
 * process.
 */
export async function startBridge({
  url,
  location,
  tokens,
  encryptionKey,
}: BridgedServer): Promise<SyncBridge> {
  const token = randomBytes(24).toString('hex');
  const agent = createAgent(url);
  const { request } = url.protocol === 'https:' ? https : http;
  let failure: TursoSyncError | null = null;

  const server = http.createServer((incoming, response) => {
    const shown = [incoming.headers.authorization, incoming.headers['x-authorization']];
    if (!shown.some((value) => value === `Bearer ${token}` || value === `bearer ${token}`)) {
      response.writeHead(403).end();
      return;
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    const fail = (error: unknown): void => {
      if (left.signal.aborted) return;
      failure = error instanceof TursoSyncError ? error : transportError(error, location);
      response.destroy();
    };
    answerOf(incoming, left.signal)
      .then((answer) => passOn(answer, response, fail), fail)
      .catch(fail);
  });

  async function answerOf(
    incoming: http.IncomingMessage,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    return sendWithToken(tokens, (token) => send(incoming, body, token, signal));
  }

  function send(
    { method, url: path = '/', headers: given }: http.IncomingMessage,
    body: Buffer,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const headers = {
      ...withToken(given, token),
      ...namespaceHeader(url),
      ...keyHeaders({ encryptionKey }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(`.${path}`, url), { method, headers, agent, signal });
      outgoing.once('response', resolve).on('error', reject).end(body);
    });
  }

  function passOn(
    answer: http.IncomingMessage,
    response: http.ServerResponse,
    fail: (error: unknown) => void,
  ): void {
    const body = bodyOf(answer, location);
    const { 'content-encoding': encoding, 'content-length': length, ...headers } = withoutHop(answer.headers);
    const size = encoding === undefined && length !== undefined ? { 'content-length': length } : {};
    response.writeHead(answer.statusCode ?? 502, { ...headers, ...size });
    // A stream may stay silent for long after its headers.
    response.flushHeaders();
    pipeline(body, response, (error) => {
      // The client may leave once it has enough.
      if (error != null && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') fail(error);
    });
  }

  // The client may pause before its next request, and a closing connection would lose it.
  server.keepAliveTimeout = 0;
  // The server does not keep the program running.
  server.unref().on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    takeFailure() {
      const taken = failure;
      failure = null;
      return taken;
    },
    stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

/** Replaces the client's token. */
function withToken(given: http.IncomingHttpHeaders, token: string | undefined): http.OutgoingHttpHeaders {
  const { host: _, authorization, 'x-authorization': other, ...headers } = withoutHop(given);
  if (token === undefined) return headers;
  return {
    ...headers,
    ...(authorization === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(other === undefined ? {} : { 'x-authorization': `Bearer ${token}` }),
  };
}

/** Removes headers about a single connection. */
function withoutHop({
  connection: _connection,
  'keep-alive': _alive,
  'transfer-encoding': _encoding,
  ...headers
}: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return headers;
}
