import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull, TursoSyncError } from '../../errors';
import {
  differingBlocks,
  DifferenceError,
  fitsReference,
  moveDifference,
  restoreDifference,
  writeDifference,
} from '../../sqlite/files/difference';
import { fileSystemError } from '../state/disk';
import { linkOrCopy } from '../state/link-or-copy';
import { originIn } from '../state/origin';
import type { Project, StateFiles } from '../project';

/** Backups that are kept; the oldest goes first. */
const KEPT = 5;

/** What all but the latest may take together, in bytes, if the database itself takes less. */
const SMALL = 1_000_000;

/** How the name of a backup ends that holds only the pages in which it differs from an environment's origin. */
const DIFFERENCE = '.difference-of-';

/** What a difference is called until the base has become the one that it is for. */
const NEXT = '.next';

/**
 * Keeps a copy of the working copy in the state folder and returns its path. A number in its name tells which is the latest; the date
 * is for people, since clocks are set back and differ between computers. Only pages that the base's origin lacks are written, if that saves space;
 * {@link restoreBackup} makes a database of it.
 */
export function keepBackup({ files, workingCopy }: Project, frozen: string): string {
  const directory = files.backups;
  const { name, ext } = path.parse(workingCopy);
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const earlier = backupsIn(directory, name);
    const number = (earlier.at(-1)?.number ?? 0) + 1;
    const backup = path.join(directory, `${name}-${number}-${dateInName()}${ext}`);
    const written = keepDifference(files, frozen, backup) ?? keepWhole(frozen, backup);
    removeOld(earlier, Math.max(sizeOf(frozen), SMALL) - sizeOf(written));
    return written;
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

function keepDifference(files: StateFiles, frozen: string, backup: string): string | null {
  const origin = originIn(files.base.directory);
  if (origin === null) return null;
  const file = `${backup}${DIFFERENCE}${path.basename(files.environment)}`;
  writeDifference(origin, frozen, file);
  if (sizeOf(file) < sizeOf(frozen)) return file;
  fs.rmSync(file);
  return null;
}

/** Removes the oldest of the earlier backups, until few enough are left, and small enough. */
function removeOld(earlier: readonly Backup[], most: number): void {
  let left = most;
  for (const [i, { file }] of [...earlier].reverse().entries()) {
    left -= sizeOf(file);
    if (i < KEPT - 1 && left >= 0) continue;
    for (const name of [file, `${file}${NEXT}`]) fs.rmSync(name, { force: true });
  }
}

function sizeOf(file: string): number {
  return fs.statSync(file).size;
}

function keepWhole(frozen: string, backup: string): string {
  linkOrCopy(frozen, backup);
  return backup;
}

/**
 * Prepares an environment's backups for a base that is about to take the place of the old one: what they are differences of goes with that. The
 * caller puts the new base in its place, and then calls what this answers with. A backup that is damaged stays as it is. Throws if the disk is full.
 */
export function moveBackups(files: StateFiles, newBase: string): () => void {
  const [from, to] = [originIn(files.base.directory), originIn(newBase)];
  const ending = `${DIFFERENCE}${path.basename(files.environment)}`;
  const all = fs.existsSync(files.backups) ? fs.readdirSync(files.backups) : [];
  const names = all.filter((name) => name.endsWith(ending));
  if (from !== null) for (const name of names) settle(path.join(files.backups, name), from);
  if (from === null || to === null || names.length === 0 || isSame(from, to)) return () => undefined;
  const moved: string[] = [];
  const differing = differingBlocks(from, to);
  for (const file of names.map((name) => path.join(files.backups, name))) {
    try {
      moveDifference(file, { from, to, differing }, `${file}${NEXT}`);
      moved.push(file);
    } catch (error) {
      fs.rmSync(`${file}${NEXT}`, { force: true });
      // What is sound would be lost with the old base. Once there is space, the next command goes on.
      if (isDiskFull(error)) throw error;
      // Else it is no reason to stop a pull, and its restore will tell what is wrong.
      if (!(error instanceof DifferenceError || fileSystemError(error, file) instanceof TursoSyncError))
        throw error;
    }
  }
  return () => {
    for (const file of moved) fs.renameSync(`${file}${NEXT}`, file);
  };
}

/** Ends what a run that died while the base was replaced has begun: of two differences, one fits. */
function settle(file: string, origin: string): void {
  const next = `${file}${NEXT}`;
  if (!fs.existsSync(next)) return;
  if (fitsReference(origin, next)) fs.renameSync(next, file);
  else fs.rmSync(next);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [fs.statSync(a), fs.statSync(b)];
  return left.ino !== 0 && left.ino === right.ino && left.dev === right.dev;
}

/**
 * Makes a database of a backup, as a new file. Throws BACKUP_UNUSABLE and FILE_INACCESSIBLE.
 *
 * @param backup - the name of a file in the folder of backups.
 */
export function restoreBackup({ files }: Project, backup: string, to: string): void {
  const file = path.join(files.backups, path.basename(backup));
  try {
    if (!isDifference(file)) {
      fs.copyFileSync(file, to, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL);
      return;
    }
    const [, environment = ''] = path.basename(file).split(DIFFERENCE);
    const origin = originIn(path.join(files.directory, environment, 'base'));
    // A run that died while the base was replaced may have left both.
    const found = [file, `${file}${NEXT}`].filter((name) => fs.existsSync(name));
    if (origin === null || !found.some((name) => tryToRestore(origin, name, to))) throw unusable(file);
  } catch (error) {
    throw fileSystemError(error, to);
  }
}

function tryToRestore(origin: string, difference: string, to: string): boolean {
  try {
    restoreDifference(origin, difference, to);
    return true;
  } catch (error) {
    if (error instanceof DifferenceError) return false;
    throw error;
  }
}

function unusable(file: string): TursoSyncError {
  return new TursoSyncError(
    'BACKUP_UNUSABLE',
    `${file} is damaged, or the base that it belongs to is gone.`,
    {
      hint: 'Restore another backup. `turso-sync clean` tells what there is.',
    },
  );
}

function isDifference(file: string): boolean {
  return path.basename(file).includes(DIFFERENCE);
}

/** The names of a project's backups of pulls and undos, the latest first. */
export function listBackups({ files, workingCopy }: Project): string[] {
  if (!fs.existsSync(files.backups)) return [];
  return backupsIn(files.backups, path.parse(workingCopy).name)
    .map(({ file }) => path.basename(file))
    .reverse();
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
      if (!entry.startsWith(`${name}-`) || entry.endsWith(NEXT)) return [];
      const numbered = /^(?:(\d+)-)?\d{4}-\d\d-\d\dT/.exec(entry.slice(name.length + 1));
      return numbered === null
        ? []
        : [{ file: path.join(directory, entry), number: Number(numbered[1] ?? 0) }];
    })
    .sort((a, b) => a.number - b.number);
}
