import fs from 'node:fs';
import path from 'node:path';
import { fileSystemError } from '../state/disk';
import { linkOrCopy } from '../state/link-or-copy';
import type { Project } from '../project';

/** Backups that are kept; the oldest goes first. */
const KEPT = 5;

/**
 * Keeps a copy of the working copy in the state folder and returns its path. A number in its name tells which is the latest; the date
 * is for people, since clocks are set back and differ between computers.
 */
export function keepBackup({ files, workingCopy }: Project, frozen: string): string {
  const directory = files.backups;
  const { name, ext } = path.parse(workingCopy);
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const earlier = backupsIn(directory, name);
    const number = (earlier.at(-1)?.number ?? 0) + 1;
    const backup = path.join(directory, `${name}-${number}-${dateInName()}${ext}`);
    linkOrCopy(frozen, backup);
    for (const old of earlier.slice(0, -(KEPT - 1))) fs.rmSync(old.file);
    return backup;
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

/** The present time, as a file may be called. */
export function dateInName(): string {
  return new Date().toISOString().replace(/[:.]/g, '-');
}

interface Backup {
  readonly file: string;
  readonly number: number;
}

/** The backups of a working copy, the oldest first. Those of version 0.1 have no number and are older than all others. */
function backupsIn(directory: string, name: string): Backup[] {
  return fs
    .readdirSync(directory)
    .sort()
    .flatMap((entry) => {
      if (!entry.startsWith(`${name}-`)) return [];
      const numbered = /^(?:(\d+)-)?\d{4}-\d\d-\d\dT/.exec(entry.slice(name.length + 1));
      return numbered === null
        ? []
        : [{ file: path.join(directory, entry), number: Number(numbered[1] ?? 0) }];
    })
    .sort((a, b) => a.number - b.number);
}
