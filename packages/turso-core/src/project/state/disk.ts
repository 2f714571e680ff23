import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull, reasonOf, systemCode, TursoSyncError } from '../../errors';

/** Creates the error for a full disk. The caller removes its temporary files in any case. */
export function diskFull(cause: unknown): TursoSyncError {
  return new TursoSyncError('DISK_FULL', 'No space left on the disk.', {
    hint: 'Free some space and run the command again.',
    cause,
  });
}

const INACCESSIBLE =
  /^(ERR_FS_EISDIR|EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ENOENT|EEXIST|ENOTEMPTY|ELOOP|ENAMETOOLONG|EINVAL|EBUSY|EIO|EMFILE|ENFILE|ERR_INVALID_ARG_VALUE|SQLITE_CANTOPEN|SQLITE_READONLY|SQLITE_NOTADB|SQLITE_PERM)/;

/** Returns a system error about our files as a TursoSyncError, unless it reveals a defect. */
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

/** Returns the path occupied by a folder: for a rename, the new name, perhaps unknown to the caller. */
function inTheWay(error: unknown): string | undefined {
  const { code, dest } = error as NodeJS.ErrnoException & { dest?: string };
  return code === 'EISDIR' ? dest : undefined;
}
