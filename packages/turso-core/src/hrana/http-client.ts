import type http from 'node:http';
import { TursoSyncError } from '../errors';
import { timedOut } from '../in-time';
import { FOR_COMMANDS, type Advice } from './advice';
import { createAgent } from './agent';
import type { BodyBytes } from './body';
import { repeatWhileBusy } from './busy';
import { checkCredentials, keyHeaders, type Credentials } from './credentials';
import { collect, exchange, piecesOf, SIZE_LIMIT, type HttpAnswer, type HttpRequest } from './exchange';
import { notLibsql, redirected, statusError, transportError } from './http-errors';
import { NotSent, WantedElsewhere } from './outcome';
import { createTally, type Tally } from './tally';
import { createTokens, sendWithToken, type Tokens } from './tokens';
import { createTurns } from './turns';

/** Options of {@link HttpClient.post}. */
export type PostOptions = Pick<
  HttpRequest,
  'tokenIn' | 'timeout' | 'maxBytes' | 'onSent' | 'onLast' | 'isContinued'
> & {
  /** Headers in addition to those of the token and the body. */
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Sends requests to one server, with the token. If the server refuses the token, sends the request once more with a
 * renewed one, if there is any: nothing was done then. Connections stay open until it is closed.
 */
export interface HttpClient {
  /** The server's root, with a final slash. */
  readonly url: URL;
  /** The remote's name in errors. */
  readonly location: string;
  /** What hints say about secrets. */
  readonly advice: Advice;
  /** The total usage by statements with readable answers. */
  readonly tally: Tally;
  /** How often a request was repeated because the server had too many. */
  readonly repeated: number;
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Sends a body to a path below the server's root. */
  post(path: string, type: string, body: readonly BodyBytes[], options?: PostOptions): Promise<HttpAnswer>;
  /**
   * Sends a request, and returns the body of its answer as it arrives. Fails after `silence` milliseconds without data.
   * Ends with `signal`, or when the reader stops.
   */
  stream(request: HttpRequest, silence: number, signal: AbortSignal): Promise<HttpStream>;
  close(): void;
}

/** An arriving answer with a status below 300. */
export interface HttpStream {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Options of a client. */
export interface ClientOptions extends Credentials {
  /** A token that may change, in place of `authToken`. Default is none. */
  readonly tokens?: Tokens | undefined;
  /**
   * Ends the requests under way, with its reason. Later requests may only tidy up: they get little time. Default is none.
   */
  readonly signal?: AbortSignal | undefined;
  /** What hints say about secrets. Default is {@link FOR_COMMANDS}. */
  readonly advice?: Advice | undefined;
  /** Receives the error of a busy server, and the milliseconds until its request is repeated. Default is none. */
  readonly onRepeat?: ((error: TursoSyncError, pause: number) => void) | undefined;
}

/**
 * Maximum concurrent requests; more wait. Servers refuse clients with too many. Requests that continue a stream are not
 * counted: the server may hold the others until a transaction ends, which needs one of these.
 */
const IN_FLIGHT = 32;

/** The status of a redirect to another page about what was done. */
const SEE_OTHER = 303;

/** Milliseconds for a request after the signal. */
const TIME_TO_TIDY = 2000;

/**
 * Creates an HTTP client on `node:http`. The built-in `fetch` asks for gzip and so makes libsql-server about 35 times
 * slower. It also copies large bodies several times. This client asks for uncompressed answers. Any reason not to use
 * an answer is thrown as a TursoSyncError. Nothing is sent to any other server, whatever this one says.
 */
export function createHttpClient(url: URL, location: string, use: ClientOptions): HttpClient {
  const { tokens = createTokens(use.authToken, () => undefined), signal: ending } = use;
  const { advice = FOR_COMMANDS } = use;
  const tally = createTally();
  const turns = createTurns(IN_FLIGHT);
  let agent: http.Agent | undefined;
  let repeated = 0;
  const onRepeat = (answer: HttpAnswer, pause: number): void => {
    repeated++;
    use.onRepeat?.(statusError(answer, location, advice), pause);
  };
  const collectAll = (answer: http.IncomingMessage, limit = SIZE_LIMIT): Promise<HttpAnswer> =>
    collect(answer, { limit, location });
  const refuseFailure = (answer: HttpAnswer): HttpAnswer => {
    const { status, headers } = answer;
    if (status < 300) return answer;
    if (status >= 400 || headers.location === undefined) throw statusError(answer, location, advice);
    // The answer to a request that was carried out. All others want the request itself elsewhere.
    const isDone = status === SEE_OTHER;
    throw redirected(location, headers.location, isDone ? undefined : new WantedElsewhere());
  };
  const checkRequest = (request: HttpRequest): void => {
    checkCredentials(use, url, location, advice);
    // An answer can also name another address for the next request. The token and the data would go there.
    if (request.url.origin !== url.origin) throw redirected(location, request.url.origin, new NotSent());
  };
  const connected = (): http.Agent => (agent ??= createAgent(url));
  const withSecrets = (request: HttpRequest, token: string | undefined): HttpRequest => ({
    ...request,
    headers: { ...request.headers, ...tokenHeaders(request, token), ...keyHeaders(use) },
  });
  function authorized<T extends http.IncomingMessage | HttpAnswer>(
    request: HttpRequest,
    sending: (request: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const left = timeLeft(request.timeout);
    return sendWithToken(
      tokens,
      (token) => sending({ ...withSecrets(request, token), timeout: left() }),
      left,
    );
  }
  /** Does work with the server, if the request may be sent. */
  async function ask<T>(request: HttpRequest, work: (signal?: AbortSignal) => Promise<T>): Promise<T> {
    checkRequest(request);
    const isTidying = ending?.aborted === true;
    try {
      return await work(isTidying ? undefined : ending);
    } catch (error) {
      if (!isTidying) ending?.throwIfAborted();
      throw error instanceof TursoSyncError ? error : transportError(error, location);
    }
  }
  /** Sends a request when it is its turn. `sending` receives the milliseconds that are left of `timeout`. */
  async function inTurn<T>(
    { timeout, signal, isContinued }: HttpRequest,
    sending: (left: number | undefined) => Promise<T>,
  ): Promise<T> {
    const left = timeLeft(timeout);
    const end = isContinued === true ? null : await turns.take({ timeout, signal, late: noTurn });
    try {
      await seeClosedConnections();
      return await sending(left());
    } finally {
      end?.();
    }
  }
  const send = (request: HttpRequest): Promise<HttpAnswer> =>
    ask(request, async (own) => {
      const { maxBytes = SIZE_LIMIT } = request;
      const signal = either(own, request.signal);
      const isTidying = ending !== undefined && own === undefined;
      const timeout = isTidying ? Math.min(request.timeout ?? Infinity, TIME_TO_TIDY) : request.timeout;
      const once = (left: number | undefined): Promise<HttpAnswer> =>
        inTurn({ ...request, timeout: left, signal }, (rest) =>
          authorized({ ...request, timeout: rest, signal }, (sent) =>
            exchange(sent, connected(), (answer) => collectAll(answer, Math.min(maxBytes, SIZE_LIMIT))),
          ),
        );
      const answer = await repeatWhileBusy(once, { timeout, signal, onRepeat });
      tally.reach();
      return request.takes?.includes(answer.status) === true ? answer : refuseFailure(answer);
    });
  const stream = (request: HttpRequest, silence: number, signal: AbortSignal): Promise<HttpStream> =>
    ask(request, async (own) => {
      const ended = either(own, signal);
      const answer = await inTurn({ ...request, timeout: silence, signal: ended }, () =>
        authorized(request, (sent) =>
          exchange(sent, connected(), async (begun) => begun, { timeout: silence, signal: ended }),
        ),
      );
      if ((answer.statusCode ?? 0) >= 300) refuseFailure(await collectAll(answer));
      return { headers: answer.headers, body: piecesOf(answer, location) };
    });
  return {
    url,
    location,
    advice,
    tally,
    get repeated() {
      return repeated;
    },
    send,
    stream,
    post: (path, type, body, { headers: more, ...options } = {}) => {
      const headers = { 'content-type': type, ...more };
      return send({ method: 'POST', url: resolve(path, url, location), headers, body, ...options });
    },
    close() {
      agent?.destroy();
    },
  };
}

function either<T extends AbortSignal | undefined>(one: AbortSignal | undefined, other: T): AbortSignal | T {
  if (one === undefined) return other;
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** The error of a request that was never sent, since earlier ones took all its time. */
function noTurn(): Error {
  return Object.assign(timedOut(), { hadConnection: false });
}

function tokenHeaders(
  { tokenIn = ['authorization'] }: HttpRequest,
  token: string | undefined,
): Readonly<Record<string, string>> {
  return token === undefined ? {} : Object.fromEntries(tokenIn.map((name) => [name, `Bearer ${token}`]));
}

/** Returns a function for the milliseconds that are left of a number, at least one. */
function timeLeft(timeout: number | undefined): () => number | undefined {
  const end = performance.now() + (timeout ?? 0);
  return () => (timeout === undefined ? undefined : Math.max(end - performance.now(), 1));
}

/**
 * Waits until the system has reported connections closed by the server: a request over one would be lost, and its
 * outcome unknown. The first turn may end before the system is asked. The closed connection disappears at the end of
 * the second.
 */
async function seeClosedConnections(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
}

function resolve(path: string, base: URL, location: string): URL {
  try {
    return new URL(path, base);
  } catch {
    throw notLibsql(location, 'it names an address that is no URL', new NotSent());
  }
}
