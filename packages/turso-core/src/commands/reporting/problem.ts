import { TursoSyncError } from '../../errors';

/** The error behind an unavailable fact. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Returns the content of an error. Rethrows anything other than our errors. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TursoSyncError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}
