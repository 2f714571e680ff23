import { TursoSyncError, type ErrorCode } from '../errors';

/** What is behind the error for a request that was not sent. */
export class NotSent extends Error {
  readonly hadConnection = false;
}

/** What is behind the error for a status that no libSQL server gives to what it knows. */
export class UnknownStatus extends Error {
  constructor(readonly status: number) {
    super(`HTTP status ${status}`);
  }
}

/** Whether a server does not have what was asked for at that path, or in that encoding: nothing was done. */
export function isNoRoute(error: unknown): boolean {
  return hasUnknownStatus(error) && [404, 405, 415].includes(error.cause.status);
}

/** Whether a server, or a proxy, has refused a request by a status that no libSQL server gives to what it knows. */
export function hasUnknownStatus(
  error: unknown,
): error is TursoSyncError & { readonly cause: UnknownStatus } {
  return error instanceof TursoSyncError && error.cause instanceof UnknownStatus;
}

/** What an answer may leave open: it was lost, or cannot be read. */
const OPEN: readonly ErrorCode[] = [
  'REMOTE_UNREACHABLE',
  'REMOTE_INTERRUPTED',
  'REMOTE_NOT_LIBSQL',
  'REMOTE_REDIRECTED',
  'RESPONSE_TOO_LARGE',
];

/** Whether a server may have carried out the request that this error is about. If that cannot be told, it may. */
export function mayBeDone(error: unknown): error is TursoSyncError {
  if (hasUnknownStatus(error) || !(error instanceof TursoSyncError)) return false;
  // A status of 408, or of 500 and above, from the server or a proxy: what became of the request, it does not tell.
  if (error.code === 'REMOTE_FAILED') return error.retryable;
  const { hadConnection } = (error.cause ?? {}) as { readonly hadConnection?: boolean };
  return OPEN.includes(error.code) && hadConnection !== false;
}
