import { hasCode, isUnreachable } from '../errors';
import { capabilitiesOf } from './capabilities';
import type { HttpClient } from './http-client';
import { sayHello, type Hello } from './hello';

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
  // One that was told once is asked for again: whether it is still the same has to be known.
  const noteNone = (): void => {
    if (capabilities.all.log === null) capabilities.note({ log: false });
  };
  try {
    const hello = await sayHello(client, timeout);
    const log = hello === null ? null : logOf(hello);
    if (log !== null) capabilities.note({ log: true });
    if (hello === null) noteNone();
    return log;
  } catch (error) {
    if (isNoLog(error)) noteNone();
    if (mustAnswer && isUnreachable(error)) throw error;
    return null;
  }
}

function logOf({ generation, log: id, latest }: Hello): ServerLog | null {
  return generation === null || id === null
    ? null
    : { generation, id, index: latest === null ? null : String(latest) };
}

/** Whether a server does not speak gRPC-web. */
function isNoLog(error: unknown): boolean {
  return error instanceof RangeError || hasCode(error, 'REMOTE_NOT_LIBSQL');
}
