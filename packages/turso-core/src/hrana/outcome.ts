import { systemCode, TursoSyncError, type ErrorCode } from '../errors';

/** The cause of an error about a request that the client has already repeated as long as it could. */
export class Repeated extends Error {}

/** The cause of an error about an unsent request. */
export class NotSent extends Error {
  readonly hadConnection = false;
}

/** The cause of an error about a status that no libSQL server uses for known requests. */
export class UnknownStatus extends Error {
  constructor(readonly status: number) {
    super(`HTTP status ${status}`);
  }
}

/** The cause of an error about a redirect that wants the request itself elsewhere: nothing was done. */
export class WantedElsewhere extends Error {}

/** Checks whether a server lacks the requested path or encoding: nothing was done. */
export function isNoRoute(error: unknown): boolean {
  return hasUnknownStatus(error) && [404, 405, 415, 501].includes(error.cause.status);
}

/** Checks whether a server or proxy has refused a request by a status that no libSQL server uses for known requests. */
export function hasUnknownStatus(
  error: unknown,
): error is TursoSyncError & { readonly cause: UnknownStatus } {
  return error instanceof TursoSyncError && error.cause instanceof UnknownStatus;
}

/** Codes of the system for a connection that was never made. */
const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/** Checks whether a request with this error, from a socket or from {@link NotSent}, never left. */
export function wasNeverSent(cause: unknown): boolean {
  const { hadConnection } = (cause ?? {}) as { readonly hadConnection?: boolean };
  return hadConnection === false || NEVER_CONNECTED.includes(systemCode(cause));
}

function wasNotDone(cause: unknown): boolean {
  return wasNeverSent(cause) || cause instanceof WantedElsewhere;
}

/** Codes of a request that was not sent, or that a server or proxy has refused as a whole. */
const REFUSED: readonly ErrorCode[] = [
  'REMOTE_UNAUTHORIZED',
  'REMOTE_BLOCKED',
  'REMOTE_READ_ONLY',
  'REMOTE_REFUSES_SIZE',
  'REMOTE_TLS',
  'PROXY_FAILED',
];

/** Checks whether the server has not begun with the request behind this error, so that its stream is as before. */
export function isUntouched(error: unknown): boolean {
  if (!(error instanceof TursoSyncError)) return false;
  const { code, cause } = error;
  return cause instanceof Repeated || REFUSED.includes(code) || (OPEN.includes(code) && wasNotDone(cause));
}

/** Codes of an unclear outcome: the answer was lost or is unreadable. */
const OPEN: readonly ErrorCode[] = [
  'REMOTE_UNREACHABLE',
  'REMOTE_INTERRUPTED',
  'REMOTE_NOT_LIBSQL',
  'REMOTE_REDIRECTED',
  'RESPONSE_TOO_LARGE',
];

/** Checks whether a server may have executed the request behind this error. If unknown, it may have. */
export function mayBeDone(error: unknown): error is TursoSyncError {
  if (hasUnknownStatus(error) || !(error instanceof TursoSyncError)) return false;
  // Status 408, or 500 and above, from the server or a proxy: it does not show the outcome of the request.
  if (error.code === 'REMOTE_FAILED') return error.retryable;
  return OPEN.includes(error.code) && !wasNotDone(error.cause);
}
