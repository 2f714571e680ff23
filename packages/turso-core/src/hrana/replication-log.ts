import { TursoSyncError } from '../errors';
import { numberMessage, readMessage } from './encodings/protobuf-fields';
import { FRAME, LOG_SERVICE, logHeaders, messageIn, sayHello, TRAILERS, type Hello } from './hello';
import type { HttpClient } from './http-client';
import { notLibsql } from './http-errors';

/** A frame of the log, with the running checksum of all frames up to it: two histories that share it are the same so far. */
export interface Mark {
  readonly frameNo: bigint;
  /** 16 hexadecimal digits. */
  readonly checksum: string;
}

/** What a server answers to a replica's greeting. */
export interface Greeting {
  /** As of {@link ServerLog.generation}. */
  readonly generation: string;
  readonly log: string;
  /** Another one each time that the server starts. */
  readonly session: string;
  /** The number of the latest frame; null where nothing was written yet. */
  readonly latest: bigint | null;
}

/** A page as a transaction has left it. */
export interface LogFrame extends Mark {
  readonly page: number;
  /** Pages of the database where the frame ends a transaction; else 0. */
  readonly sizeAfter: number;
  readonly data: Uint8Array;
}

/** Why a server sends no frames: it has started anew, or they are too many and come as a snapshot. */
export type NoFrames = 'NO_HELLO' | 'NEED_SNAPSHOT';

/** The log of the primary's writes, as its replicas ask for it: gRPC-web. Each method throws REMOTE_NOT_LIBSQL for an answer that is no log. */
export interface ReplicationLog {
  /** Null where the server has no log for replicas. */
  greet(timeout: number): Promise<Greeting | null>;
  /** Whether the server still runs since it was greeted. */
  isSameRun(session: string, timeout: number): Promise<boolean>;
  /** The mark of a frame; null where there is no such frame. */
  markOf(session: string, frameNo: bigint, timeout: number): Promise<Mark | NoFrames | null>;
  /** The frames from number `next` on, as they come; there may be more later. Silent for `silence` milliseconds, it ends. */
  frames(session: string, next: bigint, stream: StreamOptions): AsyncIterable<LogFrame | NoFrames>;
  /** A snapshot that replaces the frames from number `next` on; in falling order. */
  snapshot(session: string, next: bigint, stream: StreamOptions): AsyncIterable<LogFrame | NoFrames>;
}

/** How long a stream may be silent, in milliseconds, and what ends it before. */
export interface StreamOptions {
  readonly silence: number;
  readonly signal: AbortSignal;
}

/** Of no frame: asking from there on tells only whether the session still is one. */
const NEVER = 2n ** 62n;

/** Makes a {@link ReplicationLog} for a server. */
export function createReplicationLog(client: HttpClient): ReplicationLog {
  function request(method: string, content: Uint8Array, session?: string) {
    const frame = Buffer.alloc(FRAME);
    frame.writeUInt32BE(content.byteLength, 1);
    return {
      method: 'POST',
      url: new URL(`${LOG_SERVICE}/${method}`, client.url),
      headers: {
        'content-type': 'application/grpc-web+proto',
        ...logHeaders(client),
        ...(session === undefined ? {} : { 'x-session-token': session }),
      },
      body: [frame, content],
    };
  }

  async function* stream(
    method: string,
    session: string,
    next: bigint,
    { silence, signal }: StreamOptions,
  ): AsyncGenerator<LogFrame | NoFrames> {
    const { headers, body } = await client.stream(
      request(method, numberMessage(1, next), session),
      silence,
      signal,
    );
    const refused = noFrames(headers);
    if (refused !== null) {
      yield refused;
      return;
    }
    try {
      for await (const { flag, content } of messages(body)) {
        if (flag !== TRAILERS) yield frameOf(content);
        else {
          const ended = noFrames(trailersOf(content));
          if (ended !== null) yield ended;
        }
      }
    } catch (error) {
      throw asNotLibsql(error);
    }
  }

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
    const { headers, body } = await client.send({ ...request(method, message, session), timeout });
    const content = messageIn(body);
    const trailers = content === null ? trailersOf(body.subarray(FRAME)) : {};
    return { content, refused: noFrames({ ...headers, ...trailers }) };
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
        for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return frameOf(fields.bytes());
        return null;
      });
    } catch (error) {
      throw asNotLibsql(error);
    }
  }

  return {
    async greet(timeout) {
      try {
        const hello = await sayHello(client, timeout);
        return hello === null ? null : greetingOf(hello);
      } catch (error) {
        if (error instanceof TursoSyncError && !NO_LOG.includes(error.code)) throw error;
        return null;
      }
    },
    isSameRun: async (session, timeout) => (await firstFrame(session, NEVER, timeout)) !== 'NO_HELLO',
    async markOf(session, frameNo, timeout) {
      const found = await firstFrame(session, frameNo, timeout);
      if (found === null || typeof found === 'string') return found;
      return found.frameNo === frameNo ? { frameNo, checksum: found.checksum } : null;
    },
    frames: (session, next, options) => stream('LogEntries', session, next, options),
    snapshot: (session, next, options) => stream('Snapshot', session, next, options),
  };
}

/** What a server says that has no such log. */
const NO_LOG: readonly string[] = ['REMOTE_NOT_LIBSQL', 'REMOTE_FAILED'];

/** Bytes that a message may have: a page has 65,536 at most. One that says more is not waited for, which would take all memory. */
const LARGEST = 1_000_000;

/** Bytes in front of a page: number, checksum, page number, and size after. */
const PAGE_AT = 24;

function greetingOf({ generation, log, session, latest }: Hello): Greeting | null {
  if (log === null || log === '' || session === null || session === '') return null;
  return { generation: generation ?? '', log, session, latest };
}

function frameOf(message: Uint8Array): LogFrame {
  const bytes = readMessage(message, (fields) => {
    for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.bytes();
    throw new RangeError('A frame without content.');
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    frameNo: view.getBigUint64(0, true),
    checksum: view.getBigUint64(8, true).toString(16).padStart(16, '0'),
    page: view.getUint32(16, true),
    sizeAfter: view.getUint32(20, true),
    data: bytes.subarray(PAGE_AT),
  };
}

async function* messages(
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<{ flag: number; content: Uint8Array }> {
  let unread = Buffer.alloc(0);
  for await (const chunk of body) {
    unread = Buffer.concat([unread, chunk]);
    while (unread.byteLength >= FRAME) {
      const end = FRAME + unread.readUInt32BE(1);
      if (end > LARGEST) throw new RangeError('A message is too large.');
      if (unread.byteLength < end) break;
      yield { flag: unread.readUInt8(0), content: unread.subarray(FRAME, end) };
      unread = unread.subarray(end);
    }
  }
}

function trailersOf(content: Uint8Array): Record<string, string> {
  const lines = Buffer.from(content).toString('latin1').split('\r\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function noFrames(headers: Record<string, unknown>): NoFrames | null {
  const status = headers['grpc-status'];
  if (status === undefined || status === '0') return null;
  const message = String(headers['grpc-message']);
  if (message === 'NO_HELLO' || message === 'NEED_SNAPSHOT') return message;
  throw new TursoSyncError('REMOTE_NOT_LIBSQL', `The server sends no log of its writes (${message}).`, {
    hint: 'Try again. If it happens every time, look at the log of the server.',
  });
}
