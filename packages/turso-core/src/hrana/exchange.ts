import http from 'node:http';
import https from 'node:https';
import { TursoSyncError } from '../errors';
import { timedOut } from '../in-time';
import { notePassed } from '../passed-bytes';
import { CONNECT_LIMIT, whenReady } from './agent';
import { bytesOf, type BodyBytes } from './body';
import { bodyOf } from './decompress';
import { answerTooLarge, transportError } from './http-errors';

/** Longest silence of the server before the client gives up, in milliseconds. */
const SILENCE_LIMIT = 60_000;

/**
 * Maximum bytes of an answer. Servers put 10 MB of values into one answer to a statement, and JSON may be six times as
 * long.
 */
export const SIZE_LIMIT = 64_000_000;

/** Longest time for an answer after the complete request was sent, in milliseconds. */
const ANSWER_LIMIT = 600_000;

/** A request to a server. Its body is sent piece by piece. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The headers with the token. Default is `authorization`. */
  readonly tokenIn?: readonly string[] | undefined;
  readonly body?: readonly BodyBytes[];
  /** Milliseconds for the whole exchange. Default is no limit except for silence and connecting. */
  readonly timeout?: number | undefined;
  /** Maximum bytes of the answer. Default is 64 MB, also the upper limit. */
  readonly maxBytes?: number;
  /** Error statuses whose answers are still returned. Default is none. */
  readonly takes?: readonly number[];
  /** Receives the number of each piece of the body once the system has accepted it. */
  readonly onSent?: ((piece: number) => void) | undefined;
  /** Called before the last piece of the body is given to the system. If it throws, that piece is not sent. */
  readonly onLast?: (() => void) | undefined;
  /** Whether it continues a stream, for which other requests may be waiting. Then it waits for none of them. */
  readonly isContinued?: boolean | undefined;
  /** Ends the exchange. Default is none. */
  readonly signal?: AbortSignal | undefined;
}

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Sends one request over an agent's connection, and reads its answer. Network errors have `hadConnection`: whether the
 * request may have reached a server.
 */
export function exchange<T>(
  { method, url, headers, body = [], timeout, onSent, onLast, signal }: HttpRequest,
  agent: http.Agent,
  read: (answer: http.IncomingMessage) => Promise<T>,
  /** Options for a stream. It may last as long as data arrives. */
  stream?: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<T> {
  const length = body.reduce((size, piece) => size + piece.byteLength, 0);
  const options: http.RequestOptions = {
    method,
    headers: { ...headers, 'accept-encoding': 'identity', 'content-length': String(length) },
    timeout: SILENCE_LIMIT,
    ...(signal && { signal }),
    ...stream,
  };
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? https : http).request(url, { ...options, agent });
    const giveUp = (what: string): unknown => call.destroy(timedOut(what));
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
    let isAnswered = false;
    call.on('response', (answer) => {
      isAnswered = true;
      read(answer).then(resolve, reject);
    });
    // Without a listener, Node closes the connection, and neither answers nor fails.
    call.on('upgrade', (_answer, socket) => {
      socket.destroy();
      const code = 'HPE_UPGRADE';
      reject(Object.assign(new Error('the server switches to another protocol'), { code, hadConnection }));
    });
    call.on('close', () => {
      if (isAnswered) return;
      reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET', hadConnection }));
    });
    sendBody(call, body, { onSent, onLast });
  });
}

/** Bytes of a body waiting in memory until the system accepts them. */
const WINDOW = 1_000_000;

/** Sends a body, piece by piece as the system accepts them. */
function sendBody(
  call: http.ClientRequest,
  body: readonly BodyBytes[],
  { onSent, onLast }: Pick<HttpRequest, 'onSent' | 'onLast'>,
): void {
  let next = 0;
  const more = (): void => {
    try {
      for (let piece = body[next]; piece !== undefined; piece = body[next]) {
        if (call.destroyed) return;
        const number = next++;
        if (next === body.length) onLast?.();
        const isTaken = call.write(bytesOf(piece), () => onSent?.(number));
        if (!isTaken && call.writableLength > WINDOW) {
          call.once('drain', more);
          return;
        }
      }
      call.end();
    } catch (error) {
      call.destroy(error as Error);
    }
  };
  more();
}

/** Reads a complete answer. Throws RESPONSE_TOO_LARGE above a number of bytes. */
export async function collect(
  answer: http.IncomingMessage,
  { limit, location }: { readonly limit: number; readonly location: string },
): Promise<HttpAnswer> {
  const told = answer.headers['content-length'];
  if (Number(told ?? 0) > limit) {
    answer.destroy();
    throw answerTooLarge(location, limit);
  }
  // Without compression, each piece goes directly into its place. So no other copy waits to be freed.
  const isPlain = told !== undefined && answer.headers['content-encoding'] === undefined;
  const body = isPlain ? new Uint8Array(Number(told)) : null;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(answer, location)) {
    const at = size;
    // Leaving the loop destroys the connection.
    if ((size += chunk.byteLength) > limit) throw answerTooLarge(location, limit);
    if (body === null) chunks.push(chunk);
    else body.set(chunk, at);
  }
  notePassed(size);
  if (!answer.complete) throw Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: body ?? join(chunks) };
}

/** Yields an answer as it arrives. */
export async function* piecesOf(answer: http.IncomingMessage, location: string): AsyncIterable<Uint8Array> {
  try {
    yield* bodyOf(answer, location);
  } catch (error) {
    throw error instanceof TursoSyncError ? error : transportError(error, location);
  }
}

// Uses an ArrayBuffer of exactly this size, so decoders can point into it instead of copying.
function join(chunks: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined;
}
