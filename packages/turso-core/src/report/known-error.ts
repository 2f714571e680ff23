import { systemCode, TursoSyncError } from '../errors';

/** Returns anything thrown as a TursoSyncError. An unknown error becomes INTERNAL, with all its known details. */
export function asKnownError(error: unknown): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  if (isNotLoaded(error)) {
    const [reason] = (error as Error).message.split('\n');
    return new TursoSyncError('SQLITE_NOT_LOADED', `better-sqlite3 cannot be loaded: ${reason}`, {
      hint: 'Its binary is for another Node, or was never made, as by `npm install --ignore-scripts`. Run `npm rebuild better-sqlite3`. pnpm builds it only once you allow that: `pnpm approve-builds`, then `pnpm rebuild better-sqlite3`.',
      cause: error,
    });
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new TursoSyncError('INTERNAL', text, {
    hint: 'This is a defect of turso-sync. Please report it with the text above.',
    cause: error,
    hasLines: true,
  });
}

// https://github.com/TooTallNate/node-bindings/blob/master/bindings.js
function isNotLoaded(error: unknown): boolean {
  if (systemCode(error) === 'ERR_DLOPEN_FAILED') return true;
  return error instanceof Error && error.message.startsWith('Could not locate the bindings file');
}
