import fs from 'node:fs';

/** Gives a file that is never written again a second name, or makes a copy of it where that cannot be. */
export function linkOrCopy(from: string, to: string): void {
  try {
    fs.linkSync(from, to);
  } catch {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
  }
}
