import http from 'node:http';
import https from 'node:https';
import { TursoSyncError } from '../errors';
import { CONNECT_LIMIT, createAgent, whenReady } from './agent';
import { repeatWhileBusy } from './busy';
import { bodyOf } from './decompress';
import { answerTooLarge, notLibsql, redirected, statusError, transportError } from './http-errors';
import { createTally, type Tally } from './tally';
import { checkCredentials, keyHeaders, type Credentials } from './credentials';

/** Longest silence of the server, in milliseconds, before a request is given up. */
const SILENCE_LIMIT = 60_000;

/**
 * Bytes of an answer that are taken, at most. Servers put 10 MB of values into one answer to a statement, which JSON may make
 * six times as long.
 */
const SIZE_LIMIT = 64_000_000;

/** Longest time for an answer to arrive once all of the request is sent, in milliseconds. */
const ANSWER_LIMIT = 600_000;

/** A request to a server; its body is sent piece by piece. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
  /** Milliseconds for the whole exchange. Default is no limit but those on silence and on connecting. */
  readonly timeout?: number;
  /** Bytes of the answer that are taken, at most. Default is 64 MB, which is also the most. */
  readonly maxBytes?: number;
  /** Told the number of each piece of the body once the system has taken it over. */
  readonly onSent?: ((piece: number) => void) | undefined;
}

/** What {@link HttpClient.post} may be told. */
export type PostOptions = Pick<HttpRequest, 'timeout' | 'maxBytes' | 'onSent'> & {
  /** Headers beside those of the token and the body. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** All of an answer, whose status is below 300. */
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
  /** What the statements have used so far whose answers were read. */
  readonly tally: Tally;
  /** How often a request was repeated, since the server had too many. */
  readonly repeated: number;
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Sends a body to a path below the server's root, with the token. */
  post(path: string, type: string, body: readonly Uint8Array[], options?: PostOptions): Promise<HttpAnswer>;
  /**
   * Sends a request, and gives the body of its answer as it comes. It fails when nothing comes for `silence` milliseconds, and ends with
   * `signal`, or when nobody reads on.
   */
  stream(request: HttpRequest, silence: number, signal: AbortSignal): Promise<HttpStream>;
  close(): void;
}

/** An answer, whose status is below 400, as it comes. */
export interface HttpStream {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Makes an HTTP client on `node:http`. The built-in `fetch` asks for gzip, which makes libsql-server about 35 times slower,
 * and copies large bodies several times; this one asks for the answer as it is. Everything that keeps an answer from
 * being used is thrown as a TursoSyncError. Nothing is sent to any other server, whatever this one says.
 */
export function createHttpClient(url: URL, location: string, use: Credentials): HttpClient {
  const { authToken } = use;
  let agent: http.Agent | undefined;
  let repeated = 0;
  const collectAll = (answer: http.IncomingMessage, limit = SIZE_LIMIT): Promise<HttpAnswer> =>
    collect(answer, { limit, location });
  const refuseFailure = (answer: HttpAnswer): HttpAnswer => {
    if (answer.status >= 300 && answer.status < 400)
      throw redirected(location, answer.headers.location ?? `status ${answer.status}`);
    if (answer.status >= 400) throw statusError(answer, location);
    return answer;
  };
  const checkRequest = (request: HttpRequest): void => {
    checkCredentials(use, url, location);
    // Also an answer can name where the next request is to go, and the token and the data would go there.
    if (request.url.origin !== url.origin) throw redirected(location, request.url.origin);
  };
  const connected = (): http.Agent => (agent ??= createAgent(url));
  const withKey = (request: HttpRequest): HttpRequest => ({
    ...request,
    headers: { ...request.headers, ...keyHeaders(use) },
  });
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    checkRequest(request);
    await seeClosedConnections();
    try {
      const { timeout, maxBytes = SIZE_LIMIT } = request;
      const once = (): Promise<HttpAnswer> =>
        exchange(withKey(request), connected(), (answer) =>
          collectAll(answer, Math.min(maxBytes, SIZE_LIMIT)),
        );
      return refuseFailure(await repeatWhileBusy(once, { timeout, onRepeat: () => repeated++ }));
    } catch (error) {
      throw error instanceof TursoSyncError ? error : transportError(error, location);
    }
  };
  const stream = async (request: HttpRequest, silence: number, signal: AbortSignal): Promise<HttpStream> => {
    checkRequest(request);
    try {
      const answer = await exchange(withKey(request), connected(), async (begun) => begun, {
        timeout: silence,
        signal,
      });
      if ((answer.statusCode ?? 0) >= 300) refuseFailure(await collectAll(answer));
      return { headers: answer.headers, body: piecesOf(answer, location) };
    } catch (error) {
      throw error instanceof TursoSyncError ? error : transportError(error, location);
    }
  };
  return {
    url,
    authToken,
    location,
    tally: createTally(),
    get repeated() {
      return repeated;
    },
    send,
    stream,
    post: (path, type, body, { headers: more, ...options } = {}) => {
      const authorization = authToken === undefined ? {} : { authorization: `Bearer ${authToken}` };
      const headers = { 'content-type': type, ...more, ...authorization };
      return send({ method: 'POST', url: resolve(path, url, location), headers, body, ...options });
    },
    close() {
      agent?.destroy();
    },
  };
}

/**
 * Lets the system tell of connections that the server has closed by now: a request over one would be lost, and nobody could tell. The first
 * turn may end before the system is asked, and the closed connection goes away at the end of the second.
 */
async function seeClosedConnections(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
}

function resolve(path: string, base: URL, location: string): URL {
  try {
    return new URL(path, base);
  } catch {
    throw notLibsql(location, 'it names an address that is no URL');
  }
}

/**
 * Whether a server may have got the request that this error is about: it had a connection by then. Where that cannot be told, it may.
 */
export function mayHaveArrived(error: TursoSyncError): boolean {
  return (error.cause as { hadConnection?: boolean } | undefined)?.hadConnection !== false;
}

function exchange<T>(
  { method, url, headers, body = [], timeout, onSent }: HttpRequest,
  agent: http.Agent,
  read: (answer: http.IncomingMessage) => Promise<T>,
  /** Of a stream, which may take as long as something comes. */
  stream?: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<T> {
  const length = body.reduce((size, piece) => size + piece.byteLength, 0);
  const options: http.RequestOptions = {
    method,
    headers: { ...headers, 'accept-encoding': 'identity', 'content-length': String(length) },
    timeout: SILENCE_LIMIT,
    ...stream,
  };
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? https : http).request(url, { ...options, agent });
    const giveUp = (what: string): unknown =>
      call.destroy(Object.assign(new Error(what), { code: 'ETIMEDOUT' }));
    let hadConnection = false;
    call.on('socket', (socket) => {
      whenReady(socket, url, () => (hadConnection = true));
      if (!socket.connecting) return;
      const timer = setTimeout(() => giveUp('no connection in time'), CONNECT_LIMIT);
      socket.once('connect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    call.on('timeout', () => giveUp('no answer in time'));
    call.on('error', (error) => reject(Object.assign(error, { hadConnection })));
    const giveUpAfter = (limit: number): void => {
      const timer = setTimeout(() => giveUp('no answer in time'), limit);
      call.once('close', () => clearTimeout(timer));
    };
    if (timeout !== undefined) giveUpAfter(timeout);
    if (stream === undefined) call.once('finish', () => giveUpAfter(ANSWER_LIMIT));
    call.on('response', (answer) => {
      read(answer).then(resolve, reject);
    });
    for (const [i, piece] of body.entries()) call.write(piece, () => onSent?.(i));
    call.end();
  });
}

async function collect(
  answer: http.IncomingMessage,
  { limit, location }: { readonly limit: number; readonly location: string },
): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = Number(answer.headers['content-length'] ?? 0);
  if (size > limit) {
    answer.destroy();
    throw answerTooLarge(location, limit);
  }
  size = 0;
  for await (const chunk of bodyOf(answer, location)) {
    // Leaving the loop destroys the connection.
    if ((size += chunk.byteLength) > limit) throw answerTooLarge(location, limit);
    chunks.push(chunk);
  }
  if (!answer.complete) throw Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: join(chunks) };
}

async function* piecesOf(answer: http.IncomingMessage, location: string): AsyncIterable<Uint8Array> {
  try {
    yield* bodyOf(answer, location);
  } catch (error) {
    throw error instanceof TursoSyncError ? error : transportError(error, location);
  }
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
