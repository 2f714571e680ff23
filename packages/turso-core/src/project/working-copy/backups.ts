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
import { copyFile, type OnBytes } from '../../sqlite/files/copy-file';
import { fileSystemError } from '../state/disk';
import { linkOrCopy } from '../state/link-or-copy';
import { originIn } from '../state/origin';
import type { Project, StateFiles } from '../project';

/** Number of backups to keep. The oldest is removed first. */
const KEPT = 5;

/** Maximum total size of all but the latest backup, in bytes, if the database itself is smaller. */
const SMALL = 1_000_000;

/** The name suffix of a backup with only the pages different from an environment's origin. */
const DIFFERENCE = '.difference-of-';

/** The name suffix of a difference until its base is in place. */
const NEXT = '.next';

/**
 * Keeps a copy of the working copy in the state folder and returns its path. A number in its name shows the order. The
 * date is for people: clocks are set back, and differ between computers. If it saves space, only pages missing from the
 * base's origin are written. {@link restoreBackup} turns the backup into a database.
 */
export function keepBackup({ files, workingCopy }: Project, frozen: string, onBytes?: OnBytes): string {
  const directory = files.backups;
  const { name, ext } = path.parse(workingCopy);
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const earlier = backupsIn(directory, name);
    const number = (earlier.at(-1)?.number ?? 0) + 1;
    const backup = path.join(directory, `${name}-${number}-${dateInName()}${ext}`);
    const written = keepDifference(files, frozen, { backup, onBytes }) ?? keepWhole(frozen, backup);
    removeOld(earlier, Math.max(sizeOf(frozen), SMALL) - sizeOf(written));
    return written;
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

function keepDifference(
  files: StateFiles,
  frozen: string,
  { backup, onBytes }: { readonly backup: string; readonly onBytes: OnBytes | undefined },
): string | null {
  const origin = originIn(files.base.directory);
  if (origin === null) return null;
  const file = `${backup}${DIFFERENCE}${path.basename(files.environment)}`;
  writeDifference(origin, frozen, file, onBytes);
  if (sizeOf(file) < sizeOf(frozen)) return file;
  fs.rmSync(file);
  return null;
}

/** Removes the oldest of the earlier backups until both their number and their size are within the limits. */
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
 * Prepares an environment's backups for a new base: the reference of their differences disappears with the old one. The
 * caller puts the new base in place, then calls the returned function. A damaged backup stays unchanged. Throws if the
 * disk is full.
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
      // Sound backups would be lost with the old base. Once there is space, the next command continues.
      if (isDiskFull(error)) throw error;
      // Other errors are no reason to stop a pull. A restore of the backup reports them.
      if (!(error instanceof DifferenceError || fileSystemError(error, file) instanceof TursoSyncError))
        throw error;
    }
  }
  return () => {
    for (const file of moved) fs.renameSync(`${file}${NEXT}`, file);
  };
}

/** Finishes the work of a run that died while it replaced the base: one of two differences fits. */
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
 * Turns a backup, the name of a file in the folder of backups, into a database, as a new file. Throws BACKUP_UNUSABLE
 * and FILE_INACCESSIBLE.
 */
export async function restoreBackup(
  { files }: Project,
  { backup, to, onBytes }: { readonly backup: string; readonly to: string; readonly onBytes?: OnBytes },
): Promise<void> {
  const file = path.join(files.backups, path.basename(backup));
  try {
    if (!isDifference(file)) {
      await copyFile(file, to, { isNew: true, onBytes });
      return;
    }
    const [, environment = ''] = path.basename(file).split(DIFFERENCE);
    const origin = originIn(path.join(files.directory, environment, 'base'));
    // A run that died while it replaced the base may have left both.
    const found = [file, `${file}${NEXT}`].filter((name) => fs.existsSync(name));
    if (origin === null || !found.some((name) => tryToRestore(origin, name, { to, onBytes })))
      throw unusable(file);
  } catch (error) {
    throw fileSystemError(error, to);
  }
}

function tryToRestore(
  origin: string,
  difference: string,
  { to, onBytes }: { readonly to: string; readonly onBytes: OnBytes | undefined },
): boolean {
  try {
    restoreDifference(origin, difference, to, onBytes);
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

/** Returns the names of a project's backups from pulls and undos, latest first. */
export function listBackups({ files, workingCopy }: Project): string[] {
  if (!fs.existsSync(files.backups)) return [];
  return backupsIn(files.backups, path.parse(workingCopy).name)
    .map(({ file }) => path.basename(file))
    .reverse();
}

/** Returns the present time in a form for file names. */
export function dateInName(): string {
  return new Date().toISOString().replace(/[:.]/g, '-');
}

interface Backup {
  readonly file: string;
  readonly number: number;
}

/**
 * Returns the backups of a working copy, oldest first. Those of early builds have no number, and are older than all
 * others.
 */
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
