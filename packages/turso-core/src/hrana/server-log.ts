import { hasCode, isUnreachable } from '../errors';
import { capabilitiesOf } from './capabilities';
import type { HttpClient } from './http-client';
import { sayHello, type Hello } from './hello';

/** A server's information about its log for replicas. Generation and id are UUIDs. */
export interface ServerLog {
  /** Changes with each start of the server. */
  readonly generation: string;
  /** Changes when the log restarts: after a crash, and with another database. */
  readonly id: string;
  /** The number of the latest write; null if the server does not report it. */
  readonly index: string | null;
}

/**
 * Asks a server about its log like its replicas, over gRPC-web. Returns null if the server does not tell, or not within
 * `timeout` milliseconds, if given. With `mustAnswer`, an unreachable server is an error: REMOTE_UNREACHABLE,
 * REMOTE_TLS or PROXY_FAILED.
 */
export async function readServerLog(
  client: HttpClient,
  { timeout, mustAnswer = false }: { readonly timeout?: number; readonly mustAnswer?: boolean } = {},
): Promise<ServerLog | null> {
  const capabilities = capabilitiesOf(client);
  if (capabilities.all.log === false) return null;
  // A log seen once is queried again: it must be known whether it is still the same.
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

/** Checks whether a server does not speak gRPC-web. */
function isNoLog(error: unknown): boolean {
  return error instanceof RangeError || hasCode(error, 'REMOTE_NOT_LIBSQL');
}
