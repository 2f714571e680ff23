import type { HttpClient } from './http-client';
import { runBatches } from './pipeline';

/**
 * The parts of a server's mark: the identity of its log and the number of its latest write. The pair moves with every
 * committed write, and the number alone could come back to an old value after a crash, with other content. Either is
 * null where the server does not tell it.
 */
export function joinFingerprint(logId: string | null, replicationIndex: string | null): string | null {
  return logId === null || replicationIndex === null ? null : `${logId}:${replicationIndex}`;
}

/** The number of the server's latest write. Throws REMOTE_NOT_LIBSQL where something else answers. */
export async function readReplicationIndex(client: HttpClient): Promise<string | null> {
  const [answer] = await runBatches(client, [[{ sql: 'SELECT 1' }]]);
  return answer === undefined || 'refused' in answer ? null : answer.replicationIndex;
}

const HELLO = 'wal_log.ReplicationLog/Hello';

/** The identity of the server's log, or null where it does not tell it, within `timeout` milliseconds where that is given. */
export async function readLogId(client: HttpClient, timeout?: number): Promise<string | null> {
  try {
    // gRPC-web: a frame of one flag byte and a 4-byte length, then HelloResponse, whose field 1 is the log's UUID.
    const frame = [new Uint8Array(5)];
    const { body } = await client.post(HELLO, 'application/grpc-web+proto', frame, timeout);
    return /^\0.{4}\n\$([0-9a-f-]{36})/s.exec(Buffer.from(body).toString('latin1'))?.[1] ?? null;
  } catch {
    return null;
  }
}
