import { TursoSyncError } from '../../errors';

/** Something that could not be found out, and why. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

/** What an error says. Anything else that was thrown is thrown on. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TursoSyncError)) throw error;
  return { code: error.code, message: error.message, hint: error.hint ?? null };
}
