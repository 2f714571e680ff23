import { readMessage } from './encodings/protobuf-fields';
import type { HttpClient } from './http-client';
import { namespaceHeader } from './namespace';

/** Where replicas ask a server over gRPC-web, below its root. */
export const LOG_SERVICE = 'wal_log.ReplicationLog';

/** Bytes in front of a message of gRPC-web: a flag, and its length. */
export const FRAME = 5;

/** The flag of a message of gRPC-web that holds what others send as headers. */
export const TRAILERS = 0x80;

/** The headers of each request for a server's log: libsql-server looks for the token in one of its own there. */
export function logHeaders({ url, authToken }: HttpClient): Readonly<Record<string, string>> {
  const token = authToken === undefined ? {} : { 'x-authorization': `Bearer ${authToken}` };
  return { ...namespaceHeader(url), ...token };
}

/** The first message of an answer; null if it has none. */
export function messageIn(body: Uint8Array): Uint8Array | null {
  if (body.byteLength < FRAME || body[0] === TRAILERS) return null;
  return body.subarray(FRAME, FRAME + Buffer.from(body).readUInt32BE(1));
}

/**
 * Greets a server as its replicas do, over gRPC-web. Null if it answers without a message. Throws a RangeError for a message that is none.
 *
 * @param timeout - milliseconds for the answer. Default is no limit but those of the client.
 */
export async function sayHello(client: HttpClient, timeout?: number): Promise<Hello | null> {
  const { body } = await client.post(
    `${LOG_SERVICE}/Hello`,
    'application/grpc-web+proto',
    [new Uint8Array(FRAME)],
    { headers: logHeaders(client), ...(timeout === undefined ? {} : { timeout }) },
  );
  const message = messageIn(body);
  return message === null ? null : readHello(message);
}

/** What a server answers to a greeting; null for what it does not tell. */
export interface Hello {
  /** Another one each time that the server starts. */
  readonly generation: string | null;
  /** Another one when the log begins anew: after a crash, and with another database. */
  readonly log: string | null;
  /** Another one each time that the server starts. */
  readonly session: string | null;
  /** The number of the latest write. */
  readonly latest: bigint | null;
}

/**
 * Reads the answer to a greeting. Throws a RangeError for bytes that are none.
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
