import fs from 'node:fs';
import { fileSystemError } from './disk';

/** Copies a database without writers. Throws DISK_FULL and FILE_INACCESSIBLE. */
export function copyDatabase(from: string, to: string): void {
  try {
    fs.rmSync(to, { force: true });
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  } catch (error) {
    throw fileSystemError(error, to);
  }
}
