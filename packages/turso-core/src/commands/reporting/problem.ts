import { TursoSyncError } from '../../errors';

/** The error behind an unavailable fact. */
export interface Problem {
  /** The stable word: an error code. */
  readonly code: string;
  /** What went wrong. */
  readonly message: string;
  /** What to do next, or null. */
  readonly hint: string | null;
}

/** Returns the content of an error. Rethrows anything other than our errors. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TursoSyncError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}
