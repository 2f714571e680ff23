import { isDiskFull, systemCode, TursoSyncError } from '../../errors';

/** Returns a TursoSyncError for an error of SQLite or the file system about a file used as the remote. */
export function fileError(error: unknown, location: string): TursoSyncError {
  if (error instanceof TursoSyncError) return error;
  const code = systemCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (isDiskFull(error)) {
    return new TursoSyncError('DISK_FULL', `No space left while working on ${location}.`, {
      hint: 'Free some space and run the command again.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new TursoSyncError('REMOTE_BUSY', `${location} is locked by another program.`, {
      hint: 'Wait for the other program to finish, then run the command again.',
      retryable: true,
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EACCES') {
    return new TursoSyncError('REMOTE_READ_ONLY', `${location} cannot be written.`, {
      hint: 'Check the permissions of the file and of its folder.',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return new TursoSyncError(
      'REMOTE_NOT_LIBSQL',
      `${location} is not a sound SQLite database (${message}).`,
      {
        hint: 'Check the path in the database URL.',
        cause: error,
      },
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || message.includes('directory does not exist')) {
    return new TursoSyncError('REMOTE_UNREACHABLE', `${location} cannot be opened (${message}).`, {
      hint: 'Check the path in the database URL: the folder must exist.',
      cause: error,
    });
  }
  return new TursoSyncError('REMOTE_FAILED', `${location}: ${message}.`, {
    hint: "Nothing was changed. The message above is SQLite's own.",
    cause: error,
  });
}
