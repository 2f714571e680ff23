import http from 'node:http';
import https from 'node:https';
import { TursoSyncError } from '../../errors';
import { checkToken, statusError, transportError } from './http-errors';

/** Longest silence of the server, in milliseconds, before a request is given up. */
const SILENCE_LIMIT = 60_000;

/** Longest wait for a connection, in milliseconds. */
const CONNECT_LIMIT = 10_000;

/** A request to a server; its body is sent piece by piece. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
}

/** All of an answer, whose status is below 400. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Sends requests to one server, over connections that are kept alive until it is closed. */
export interface HttpClient {
  /** The server's root, with a slash at its end. */
  readonly url: URL;
  readonly authToken: string | undefined;
  /** The remote's name in errors. */
  readonly location: string;
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Sends a body to a path below the server's root, with the token. */
  post(path: string, type: string, body: readonly Uint8Array[]): Promise<HttpAnswer>;
  close(): void;
}

/**
 * Makes an HTTP client on `node:http`. The built-in `fetch` asks for gzip, which makes libsql-server about 35 times slower,
 * and copies large bodies several times; this one asks for the answer as it is. Everything that keeps an answer from
 * being used is thrown as a TursoSyncError.
 */
export function createHttpClient(url: URL, location: string, authToken: string | undefined): HttpClient {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    checkToken(authToken, location);
    try {
      const answer = await exchange(request, agents);
      if (answer.status >= 400)
        throw statusError(answer.status, new TextDecoder().decode(answer.body), location);
      return answer;
    } catch (error) {
      throw error instanceof TursoSyncError ? error : transportError(error, location);
    }
  };
  return {
    url,
    authToken,
    location,
    send,
    post: (path, type, body) => {
      const authorization = authToken === undefined ? {} : { authorization: `Bearer ${authToken}` };
      const headers = { 'content-type': type, ...authorization };
      return send({ method: 'POST', url: new URL(path, url), headers, body });
    },
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

function exchange(
  { method, url, headers, body = [] }: HttpRequest,
  agents: { 'http:': http.Agent; 'https:': https.Agent },
): Promise<HttpAnswer> {
  const length = body.reduce((size, piece) => size + piece.byteLength, 0);
  const options: http.RequestOptions = {
    method,
    headers: { ...headers, 'accept-encoding': 'identity', 'content-length': String(length) },
    timeout: SILENCE_LIMIT,
  };
  return new Promise((resolve, reject) => {
    const call =
      url.protocol === 'https:'
        ? https.request(url, { ...options, agent: agents['https:'] })
        : http.request(url, { ...options, agent: agents['http:'] });
    const giveUp = (what: string): unknown =>
      call.destroy(Object.assign(new Error(what), { code: 'ETIMEDOUT' }));
    call.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => giveUp('no connection in time'), CONNECT_LIMIT);
      socket.once('connect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    call.on('timeout', () => giveUp('no answer in time'));
    call.on('error', reject);
    call.on('response', (answer) => {
      collect(answer).then(resolve, reject);
    });
    for (const piece of body) call.write(piece);
    call.end();
  });
}

async function collect(answer: http.IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  if (!answer.complete) throw Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: join(chunks) };
}

// An ArrayBuffer of exactly this size, so that decoders can point into it instead of copying.
function join(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}
