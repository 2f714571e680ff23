import { reworded, TursoSyncError } from '../errors';

/** Creates the error for SQL that does not compile, or fails as it runs. */
export function sqlFailed(message: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('SQL_FAILED', `The statement failed: ${message}.`, {
    hint: 'Nothing of it was changed. Check its SQL against the schema.',
    cause,
  });
}

/** Creates the error if the number of values does not match a statement's parameters. */
export function wrongParameters(message: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('USAGE', `The values do not fit the parameters of the statement: ${message}.`, {
    hint: 'Give a list with a value for each parameter, or an object with a value for each name, such as { name: .. } for :name.',
    cause,
  });
}

/** Creates the error for a violated constraint of the schema. */
export function constraintFailed(message: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('CONSTRAINT_FAILED', `A constraint refuses it: ${message}.`, {
    hint: 'Nothing of the statement was changed.',
    cause,
  });
}

/** Creates the error for a value or row over the limit. */
export function valueTooLarge(message: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('VALUE_TOO_LARGE', `A value or row is too large: ${message}.`, {
    hint: 'libSQL servers take rows of up to 5,000,000 bytes. Nothing was changed.',
    cause,
  });
}

/** Adds the number of its statement in a batch to an error, counted from 1. */
export function inStatement(error: unknown, index: number): unknown {
  if (!(error instanceof TursoSyncError)) return error;
  return reworded(error, { message: `Statement ${index + 1}: ${error.message}` });
}
