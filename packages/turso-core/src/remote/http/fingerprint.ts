import type { HttpFetch } from './fetch';
import { notLibsql } from './http-errors';

/** What {@link readFingerprint} needs to know of a server. */
interface Server {
  readonly url: URL;
  readonly authToken: string | undefined;
  readonly fetch: HttpFetch;
  readonly location: string;
}

/**
 * The identity of the server's log and the number of its latest write: the pair moves with every committed write, and
 * the number alone could come back to an old value after a crash, with other content. Null where the server does not
 * tell both. Throws REMOTE_NOT_LIBSQL where something else answers.
 */
export async function readFingerprint(server: Server): Promise<string | null> {
  const index = await readReplicationIndex(server);
  if (index === null) return null;
  const logId = await readLogId(server);
  return logId === null ? null : `${logId}:${index}`;
}

// The field is not in the hrana client's results, so this one request is written by hand (Hrana 2, JSON).
async function readReplicationIndex(server: Server): Promise<string | null> {
  const body = JSON.stringify({
    requests: [{ type: 'execute', stmt: { sql: 'SELECT 1' } }, { type: 'close' }],
  });
  const answer = await post(server, 'v2/pipeline', 'application/json', body);
  const text = await answer.text();
  if (!isPipelineAnswer(text)) throw notLibsql(server.location, 'its answer to a query is none');
  return /"replication_index":"(\d+)"/.exec(text)?.[1] ?? null;
}

function isPipelineAnswer(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { results?: unknown } | null)?.results);
  } catch {
    return false;
  }
}

// gRPC-web: a frame of one flag byte and a 4-byte length, then HelloResponse, whose field 1 is the log's UUID.
async function readLogId(server: Server): Promise<string | null> {
  try {
    const answer = await post(
      server,
      'wal_log.ReplicationLog/Hello',
      'application/grpc-web+proto',
      new Uint8Array(5),
    );
    const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    return /^\0.{4}\n\$([0-9a-f-]{36})/s.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

function post(
  server: Server,
  path: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const headers = new Headers({ 'content-type': type });
  if (server.authToken !== undefined) headers.set('authorization', `Bearer ${server.authToken}`);
  return server.fetch(new Request(new URL(path, server.url), { method: 'POST', headers, body }));
}
