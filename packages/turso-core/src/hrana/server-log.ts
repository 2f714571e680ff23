import { hasCode, isUnreachable } from '../errors';
import { capabilitiesOf } from './capabilities';
import type { HttpClient } from './http-client';
import { FRAME, LOG_SERVICE, readHello } from './hello';
import { namespaceHeader } from './namespace';

/** What a server tells of the log that its replicas follow; generation and id are UUIDs. */
export interface ServerLog {
  /** Another one each time that the server starts. */
  readonly generation: string;
  /** Another one when the log begins anew: after a crash, and with another database. */
  readonly id: string;
  /** The number of the latest write; null if the server does not tell. */
  readonly index: string | null;
}

/**
 * Asks a server for its log, as replicas do, over gRPC-web. Null if it does not tell, also within `timeout` milliseconds, if
 * that is given. With `mustAnswer`, a server that cannot be reached is an error: REMOTE_UNREACHABLE, REMOTE_TLS or PROXY_FAILED.
 */
export async function readServerLog(
  client: HttpClient,
  { timeout, mustAnswer = false }: { readonly timeout?: number; readonly mustAnswer?: boolean } = {},
): Promise<ServerLog | null> {
  const capabilities = capabilitiesOf(client);
  if (capabilities.all.log === false) return null;
  try {
    const limit = timeout === undefined ? {} : { timeout };
    const options = { headers: namespaceHeader(client.url), ...limit };
    const { body } = await client.post(
      `${LOG_SERVICE}/Hello`,
      'application/grpc-web+proto',
      [new Uint8Array(FRAME)],
      options,
    );
    const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
    const log = logOf(body.subarray(FRAME, FRAME + length));
    capabilities.note({ log: log !== null || capabilities.all.log });
    return log;
  } catch (error) {
    // One that was told once is asked for again: whether it is still the same has to be known.
    if (isNoLog(error) && capabilities.all.log === null) capabilities.note({ log: false });
    if (mustAnswer && isUnreachable(error)) throw error;
    return null;
  }
}

function logOf(message: Uint8Array): ServerLog | null {
  const { generation, log: id, latest } = readHello(message);
  return generation === null || id === null
    ? null
    : { generation, id, index: latest === null ? null : String(latest) };
}

/** Whether a server does not speak gRPC-web, or answers without a message. */
function isNoLog(error: unknown): boolean {
  return error instanceof RangeError || hasCode(error, 'REMOTE_NOT_LIBSQL');
}
