import fs from 'node:fs';

/** Links a file that is never written again to a second name, or copies it if that fails. */
export function linkOrCopy(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  }
}
