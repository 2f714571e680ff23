import { isDiskFull, reasonOf, systemCode, TursoSyncError } from '../errors';
import { constraintFailed, sqlFailed, valueTooLarge, wrongParameters } from './statement-errors';

/** Returns an error of SQLite or the file system about a database file, as a TursoSyncError. */
export function fileError(error: unknown, file: string): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  const code = systemCode(error);
  const message = (error as Error).message;
  if (isDiskFull(error)) {
    return new TursoSyncError('DISK_FULL', `No space left while working on ${file}.`, {
      hint: 'Free some space, then try again. Nothing was changed.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CONSTRAINT')) return constraintFailed(message, error);
  if (code === 'SQLITE_TOOBIG') return valueTooLarge(message, error);
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) {
    return new TursoSyncError('REMOTE_BUSY', `${file} is being written to by another program.`, {
      hint: 'Nothing was changed. Try again when it has finished.',
      retryable: true,
      cause: error,
    });
  }
  if (code === 'SQLITE_RANGE' || /\bparameter/.test(isMisuse(error) ? message : ''))
    return wrongParameters(message, error);
  if (/^SQLITE_(?:ERROR|MISMATCH|SCHEMA|MISUSE)/.test(code) || isMisuse(error))
    return sqlFailed(message, error);
  return new TursoSyncError('FILE_INACCESSIBLE', `${file} cannot be read or written (${reasonOf(error)}).`, {
    hint: 'Check the path, that it is an SQLite database, and the permissions of the file and its folder.',
    cause: error,
  });
}

// better-sqlite3 throws these for two statements in one text, or if the number of values does not match the parameters.
function isMisuse(error: unknown): boolean {
  const { name, message } = error as Error;
  return /^(?:Range|Type)Error$/.test(name) && !message.includes('directory does not exist');
}

/** Checks whether SQLite reports a damaged or invalid database file. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(?:CORRUPT|NOTADB)/.test(systemCode(error));
}
