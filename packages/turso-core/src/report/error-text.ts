import { TursoSyncError } from '../errors';

/** An error for people, in one block: code, what happened, and what to do. */
export function describeError(error: unknown): string {
  if (!(error instanceof TursoSyncError))
    return `INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return [`${error.code}: ${error.message}`, ...(error.hint === undefined ? [] : [`  ${error.hint}`])].join(
    '\n',
  );
}
