import { systemCode, TursoSyncError } from '../errors';

/** Checks whether a server cannot be reached, is silent, or fails: not whether it refuses something. */
export function isAway(error: unknown): error is TursoSyncError {
  if (!(error instanceof TursoSyncError)) return false;
  switch (error.code) {
    case 'REMOTE_UNREACHABLE':
    case 'REMOTE_INTERRUPTED':
    case 'REMOTE_BUSY':
      return true;
    // Otherwise a server answers, or a proxy refuses.
    case 'REMOTE_FAILED':
    case 'PROXY_FAILED':
      return error.retryable;
    case 'SYNC_FAILED':
      return isAway(error.cause) || systemCode(error.cause) === 'ETIMEDOUT';
    default:
      return false;
  }
}
