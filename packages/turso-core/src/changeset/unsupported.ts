import { TursoSyncError } from '../errors';

/** Makes the error for a change that this version does not carry. */
export function unsupported(
  what: string,
  hint = 'Make this change on the remote itself, then run `turso-sync init --force` and redo the rest.',
): TursoSyncError {
  return new TursoSyncError('UNSUPPORTED_CHANGE', `This change cannot be pushed yet: ${what}.`, {
    hint: `Nothing was sent. ${hint}`,
  });
}
