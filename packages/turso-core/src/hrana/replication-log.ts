import type http from 'node:http';
import { hasCode, TursoSyncError } from '../errors';
import type { Advice } from './advice';
import { numberMessage, readMessage } from './encodings/protobuf-fields';
import { FRAME, LOG_SERVICE, messageIn, readHello, TOKEN_OF_LOG, TRAILERS, type Hello } from './hello';
import type { HttpAnswer } from './exchange';
import type { HttpClient } from './http-client';
import { notLibsql, unauthorized } from './http-errors';
import { messagesIn, readFrame, type LogFrame, type Mark } from './log-frames';
import { namespaceHeader } from './namespace';
import { refusesToken } from './tokens';

/** A server's answer to a replica's greeting. */
export interface Greeting {
  /** Like {@link ServerLog.generation}. */
  readonly generation: string;
  readonly log: string;
  /** Changes with each start of the server. */
  readonly session: string;
  /** The number of the latest frame; null before the first write. */
  readonly latest: bigint | null;
}

/** Why a server sends no frames: it was restarted, or there are so many that it sends a snapshot. */
export type NoFrames = 'NO_HELLO' | 'NEED_SNAPSHOT';

/**
 * The log of the primary's writes, over gRPC-web like for its replicas. Each method throws REMOTE_NOT_LIBSQL for an
 * invalid answer.
 */
export interface ReplicationLog {
  /** Greets the server. Returns null if it has no log for replicas. */
  greet(timeout: number): Promise<Greeting | null>;
  /** Returns the number and checksum of a frame; null if it does not exist. */
  markOf(session: string, frameNo: bigint, timeout: number): Promise<Mark | NoFrames | null>;
  /**
   * Yields the frames from number `next` as they arrive, none left out, perhaps with more later. Ends after `silence`
   * milliseconds.
   */
  frames(session: string, next: bigint, stream: StreamOptions): AsyncIterable<LogFrame | NoFrames>;
  /** Yields a snapshot to replace the frames from number `next`, in descending order. */
  snapshot(session: string, next: bigint, stream: StreamOptions): AsyncIterable<LogFrame | NoFrames>;
}

/** The maximum silence of a stream in milliseconds, and a signal to end it earlier. */
export interface StreamOptions {
  readonly silence: number;
  readonly signal: AbortSignal;
}

/**
 * Creates a {@link ReplicationLog} for a server.
 *
 * @param ended - ends requests that get their answer as a whole. Default is none.
 */
export function createReplicationLog(client: HttpClient, ended?: AbortSignal): ReplicationLog {
  function request(method: string, content: Uint8Array, session?: string) {
    const frame = Buffer.alloc(FRAME);
    frame.writeUInt32BE(content.byteLength, 1);
    return {
      method: 'POST',
      url: new URL(`${LOG_SERVICE}/${method}`, client.url),
      headers: {
        'content-type': 'application/grpc-web+proto',
        ...namespaceHeader(client.url),
        ...(session === undefined ? {} : { 'x-session-token': session }),
      },
      tokenIn: TOKEN_OF_LOG,
      body: [frame, content],
    };
  }

  async function* stream(
    method: string,
    session: string,
    next: bigint,
    { silence, signal }: StreamOptions,
    isNext: (frameNo: bigint, before: bigint | null) => boolean,
  ): AsyncGenerator<LogFrame | NoFrames> {
    const { headers, body } = await client.stream(
      request(method, numberMessage(1, next), session),
      silence,
      signal,
    );
    const refused = framesRefused(headers);
    if (refused !== null) {
      yield refused;
      return;
    }
    let before: bigint | null = null;
    try {
      for await (const { flag, content } of messagesIn(body)) {
        if (flag === TRAILERS) {
          const ended = framesRefused(trailersOf(content));
          if (ended !== null) yield ended;
          return;
        }
        const frame = readFrame(content);
        if (!isNext(frame.frameNo, before)) throw new RangeError('Not the next frame.');
        before = frame.frameNo;
        yield frame;
      }
    } catch (error) {
      throw asNotLibsql(error);
    }
  }

  const framesRefused = (headers: http.IncomingHttpHeaders): NoFrames | null =>
    noFrames(headers, client.advice);

  function asNotLibsql(error: unknown): unknown {
    return error instanceof RangeError
      ? notLibsql(client.location, 'its log of writes is none', error)
      : error;
  }

  async function ask(
    method: string,
    message: Uint8Array,
    timeout: number,
    session?: string,
  ): Promise<{ content: Uint8Array | null; refused: NoFrames | null }> {
    const end = performance.now() + timeout;
    const send = (): Promise<HttpAnswer> =>
      client.send({
        ...request(method, message, session),
        timeout: Math.max(end - performance.now(), 1),
        signal: ended,
      });
    const { headers, body } = await send().catch((error: unknown) => {
      // A load balancer may close an idle connection just when it is used again. To ask twice does no harm.
      if (hasCode(error, 'REMOTE_INTERRUPTED') && ended?.aborted !== true) return send();
      throw error;
    });
    const content = messageIn(body);
    const trailers = content === null ? trailersOf(body.subarray(FRAME)) : {};
    return { content, refused: framesRefused({ ...headers, ...trailers }) };
  }

  async function firstFrame(
    session: string,
    next: bigint,
    timeout: number,
  ): Promise<LogFrame | NoFrames | null> {
    const { content, refused } = await ask('BatchLogEntries', numberMessage(1, next), timeout, session);
    if (refused !== null || content === null) return refused;
    try {
      return readMessage(content, (fields) => {
        for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return readFrame(fields.bytes());
        return null;
      });
    } catch (error) {
      throw asNotLibsql(error);
    }
  }

  return {
    async greet(timeout) {
      try {
        const { content, refused } = await ask('Hello', new Uint8Array(0), timeout);
        return refused !== null || content === null ? null : greetingOf(readHello(content));
      } catch (error) {
        // Any other failure tells nothing about the log: a proxy may have lost its server.
        if (error instanceof TursoSyncError && error.code !== 'REMOTE_NOT_LIBSQL') throw error;
        return null;
      }
    },
    async markOf(session, frameNo, timeout) {
      const found = await firstFrame(session, frameNo, timeout);
      if (found === null || typeof found === 'string') return found;
      return found.frameNo === frameNo ? { frameNo, checksum: found.checksum } : null;
    },
    frames: (session, next, options) =>
      stream('LogEntries', session, next, options, (no, before) => no === (before ?? next - 1n) + 1n),
    snapshot: (session, next, options) =>
      stream(
        'Snapshot',
        session,
        next,
        options,
        (no, before) => no >= next && (before === null || no < before),
      ),
  };
}

function greetingOf({ generation, log, session, latest }: Hello): Greeting | null {
  if (log === null || log === '' || session === null || session === '') return null;
  return { generation: generation ?? '', log, session, latest };
}

function trailersOf(content: Uint8Array): Record<string, string> {
  const lines = Buffer.from(content).toString('latin1').split('\r\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function noFrames(headers: http.IncomingHttpHeaders, advice: Advice): NoFrames | null {
  if (refusesToken({ status: 200, headers }))
    throw unauthorized('The server refuses the token for the log of its writes.', advice);
  const status = headers['grpc-status'];
  if (status === undefined || status === '0') return null;
  const message = String(headers['grpc-message']);
  if (message === 'NO_HELLO' || message === 'NEED_SNAPSHOT') return message;
  throw new TursoSyncError('REMOTE_NOT_LIBSQL', `The server sends no log of its writes (${message}).`, {
    hint: 'Try again. If it happens every time, look at the log of the server.',
  });
}
