import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { fileSystemError } from './disk';

/**
 * Copies a finished file to where a user wants it, which need not be on the same disk; one that is there is replaced whole.
 * Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export function placeFile(written: string, to: string): void {
  try {
    if (fs.statSync(to, { throwIfNoEntry: false })?.isDirectory() === true) throw isFolder(to);
    const beside = `${to}.turso-sync-new`;
    try {
      fs.copyFileSync(written, beside, fs.constants.COPYFILE_FICLONE);
      fs.renameSync(beside, to);
    } finally {
      fs.rmSync(beside, { force: true });
    }
  } catch (error) {
    throw fileSystemError(error, to);
  }
}

function isFolder(to: string): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `${to} is a folder.`, { hint: 'Name a file to write.' });
}
