import { readMessage } from './encodings/protobuf-fields';
import type { HttpClient } from './http-client';
import { namespaceHeader } from './namespace';

/** The path for replicas' requests over gRPC-web, below the server's root. */
export const LOG_SERVICE = 'wal_log.ReplicationLog';

/** Bytes before a gRPC-web message: a flag, and its length. */
export const FRAME = 5;

/** The flag of a gRPC-web message with trailers: others send these as headers. */
export const TRAILERS = 0x80;

/** The headers with the token for a server's log. libsql-server expects it in a special header there. */
export const TOKEN_OF_LOG = ['authorization', 'x-authorization'] as const;

/** Returns the first message of an answer, or null if it has none. */
export function messageIn(body: Uint8Array): Uint8Array | null {
  if (body.byteLength < FRAME || body[0] === TRAILERS) return null;
  return body.subarray(FRAME, FRAME + Buffer.from(body).readUInt32BE(1));
}

/**
 * Greets a server like its replicas, over gRPC-web. Returns null if the answer has no message. Throws a RangeError for
 * an invalid message.
 *
 * @param timeout - milliseconds for the answer. Default is no limit except those of the client.
 */
export async function sayHello(client: HttpClient, timeout?: number): Promise<Hello | null> {
  const { body } = await client.post(
    `${LOG_SERVICE}/Hello`,
    'application/grpc-web+proto',
    [new Uint8Array(FRAME)],
    {
      headers: namespaceHeader(client.url),
      tokenIn: TOKEN_OF_LOG,
      ...(timeout === undefined ? {} : { timeout }),
    },
  );
  const message = messageIn(body);
  return message === null ? null : readHello(message);
}

/** A server's answer to a greeting; null for missing facts. */
export interface Hello {
  /** Changes with each start of the server. */
  readonly generation: string | null;
  /** Changes when the log restarts: after a crash, and with another database. */
  readonly log: string | null;
  /** Changes with each start of the server. */
  readonly session: string | null;
  /** The number of the latest write. */
  readonly latest: bigint | null;
}

/**
 * Reads the answer to a greeting. Throws a RangeError for invalid bytes.
 *
 * @see https://github.com/tursodatabase/libsql/blob/main/libsql-replication/proto/replication_log.proto
 */
export function readHello(message: Uint8Array): Hello {
  return readMessage(message, (fields) => {
    let [generation, log, session]: (string | null)[] = [null, null, null];
    let latest: bigint | null = null;
    for (let tag; (tag = fields.next()) > 0;) {
      if (tag === 1) generation = fields.text();
      else if (tag === 3) log = fields.text();
      else if (tag === 4) session = fields.text();
      else if (tag === 5) latest = fields.integer();
    }
    return { generation: generation ?? null, log: log ?? null, session: session ?? null, latest };
  });
}
