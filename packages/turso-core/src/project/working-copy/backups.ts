import fs from 'node:fs';
import path from 'node:path';
import { fileSystemError } from '../state/disk';
import { linkOrCopy } from '../state/link-or-copy';
import type { Project } from '../project';

/** Backups that are kept; the oldest goes first. */
const KEPT = 5;

/** Keeps a copy of the working copy, with the date in its name, in the state folder; answers with its path. */
export function keepBackup({ files, workingCopy }: Project, frozen: string): string {
  const directory = files.backups;
  const { name, ext } = path.parse(workingCopy);
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const backup = path.join(directory, `${name}-${stamp}${ext}`);
  try {
    fs.mkdirSync(directory, { recursive: true });
    linkOrCopy(frozen, backup);
    const all = fs
      .readdirSync(directory)
      .filter((file) => file.startsWith(`${name}-`))
      .sort();
    for (const old of all.slice(0, -KEPT)) fs.rmSync(path.join(directory, old));
  } catch (error) {
    throw fileSystemError(error, directory);
  }
  return backup;
}
