import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull, reasonOf, systemCode, TursoSyncError } from '../../errors';

/** The error for a disk that is full; the caller's temporary files are removed anyway. */
export function diskFull(cause: unknown): TursoSyncError {
  return new TursoSyncError('DISK_FULL', 'No space left on the disk.', {
    hint: 'Free some space and run the command again.',
    cause,
  });
}

const INACCESSIBLE =
  /^(ERR_FS_EISDIR|EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ENOENT|EEXIST|ENOTEMPTY|ELOOP|ENAMETOOLONG|EINVAL|EBUSY|EIO|EMFILE|ENFILE|ERR_INVALID_ARG_VALUE|SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_NOTADB|SQLITE_PERM)/;

/** What the system threw about a file or folder of ours, as a TursoSyncError where it is no defect. */
export function fileSystemError(error: unknown, file: string): unknown {
  if (error instanceof TursoSyncError) return error;
  if (isDiskFull(error)) return diskFull(error);
  if (!INACCESSIBLE.test(systemCode(error))) return error;
  const folder = path.dirname(file);
  if (systemCode(error) === 'ENOENT' && !fs.existsSync(folder)) {
    return new TursoSyncError('FILE_INACCESSIBLE', `There is no folder ${folder}.`, {
      hint: 'Create the folder, or name a file in another one.',
      cause: error,
    });
  }
  return new TursoSyncError(
    'FILE_INACCESSIBLE',
    `${inTheWay(error) ?? file} cannot be used: ${reasonOf(error)}.`,
    {
      hint: 'Check what is there, who owns it, and its permissions.',
      cause: error,
    },
  );
}

/** The path that a folder takes: of a renamed file its new name, which the caller may not know. */
function inTheWay(error: unknown): string | undefined {
  const { code, dest } = error as NodeJS.ErrnoException & { dest?: string };
  return code === 'EISDIR' ? dest : undefined;
}
