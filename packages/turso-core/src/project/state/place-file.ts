import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { resolveLinks } from '../../sqlite/files/resolve-links';
import { writePieces } from '../../sqlite/files/write-file';
import { fileSystemError } from './disk';

/**
 * Copies a finished file to a place chosen by the user, perhaps on another disk. Replaces an existing file as a whole.
 * Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export function placeFile(written: string, to: string): void {
  try {
    const { file, beside } = placeOf(to);
    try {
      fs.copyFileSync(written, beside, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL);
      fs.renameSync(beside, file);
    } finally {
      fs.rmSync(beside, { force: true });
    }
  } catch (error) {
    throw fileSystemError(error, to);
  }
}

/**
 * Writes a file in pieces to a place chosen by the user. Replaces an existing file as a whole, after the last piece.
 * Throws DISK_FULL, FILE_INACCESSIBLE, and errors of the pieces.
 */
export async function placePieces(pieces: AsyncIterable<string>, to: string): Promise<void> {
  try {
    const { file, beside } = placeOf(to);
    try {
      await writePieces(beside, pieces);
      fs.renameSync(beside, file);
    } finally {
      fs.rmSync(beside, { force: true });
    }
  } catch (error) {
    throw fileSystemError(error, to);
  }
}

function placeOf(to: string): { readonly file: string; readonly beside: string } {
  const file = resolveLinks(to);
  const existing = fs.statSync(file, { throwIfNoEntry: false });
  if (existing?.isFile() === false) throw noFile(to, existing.isDirectory());
  return { file, beside: `${file}.${randomUUID()}.turso-sync-new` };
}

function noFile(to: string, isFolder: boolean): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `${to} is ${isFolder ? 'a folder' : 'no regular file'}.`, {
    hint: 'Name a file to write.',
  });
}
