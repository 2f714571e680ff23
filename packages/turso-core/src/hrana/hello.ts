import { readMessage } from './encodings/protobuf-fields';

/** Where replicas ask a server over gRPC-web, below its root. */
export const LOG_SERVICE = 'wal_log.ReplicationLog';

/** Bytes in front of a message of gRPC-web: a flag, and its length. */
export const FRAME = 5;

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
