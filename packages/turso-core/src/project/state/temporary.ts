import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../errors';
import { holdExclusively } from '../../sqlite/files/exclusive';
import { isFile } from '../../sqlite/files/replica-files';
import type { Database } from '../../sqlite/files/sqlite';
import { removeAtExit } from './at-exit';
import { fileSystemError } from './disk';

const PREFIX = 'tmp-';
const LOCK = '.lock';

/**
 * Runs work with its own temporary folder inside the state folder, so results can be renamed into place. Removes the
 * folder afterwards. First removes folders of killed runs. Throws DISK_FULL and FILE_INACCESSIBLE.
 *
 * Each folder has a lock beside it. The lock exists before and after the folder. The system releases it when its holder
 * dies. A process id would not do: containers may share a volume but not their processes.
 */
export async function withTemporary<T>(
  stateDirectory: string,
  work: (directory: string) => T | Promise<T>,
): Promise<T> {
  const { directory, release } = makeTemporary(stateDirectory);
  try {
    return await work(directory);
  } finally {
    release();
  }
}

interface Temporary {
  readonly directory: string;
  readonly release: () => void;
}

function makeTemporary(stateDirectory: string): Temporary {
  try {
    fs.mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
    removeLeftovers(stateDirectory);
    for (;;) {
      const made = tryToMake(path.join(stateDirectory, `${PREFIX}${randomUUID()}`));
      if (made !== null) return made;
    }
  } catch (error) {
    throw fileSystemError(error, stateDirectory);
  }
}

/** Returns null if another run removed the lock as a leftover before this process held it. */
function tryToMake(directory: string): Temporary | null {
  const lock = `${directory}${LOCK}`;
  const held = tryToHold(lock);
  if (held === null) return null;
  if (!isFile(lock)) {
    held.close();
    return null;
  }
  const removers = [removeAtExit(directory), removeAtExit(lock)];
  fs.mkdirSync(directory, { mode: 0o700 });
  return {
    directory,
    release() {
      const [removeDirectory, removeLock] = removers;
      removeDirectory?.();
      held.close();
      removeLock?.();
    },
  };
}

/** Checks whether a file in the state folder belongs to a dead run. */
export function isLeftOver(stateDirectory: string, file: string): boolean {
  const [name = ''] = path.relative(stateDirectory, file).split(path.sep);
  const lock = path.join(stateDirectory, `${name.split('.')[0] ?? ''}${LOCK}`);
  const held = isFile(lock) ? tryToHold(lock) : undefined;
  held?.close();
  return held !== null;
}

/** Removes the folders of killed runs. Throws the system's own errors. */
export function removeLeftovers(stateDirectory: string): void {
  const names = fs.readdirSync(stateDirectory).filter((name) => name.startsWith(PREFIX));
  const directories = new Set(names.map((name) => path.join(stateDirectory, path.basename(name, LOCK))));
  for (const directory of directories) removeUnlessInUse(directory);
}

function removeUnlessInUse(directory: string): void {
  const lock = `${directory}${LOCK}`;
  const held = isFile(lock) ? tryToHold(lock) : undefined;
  if (held === null) return;
  for (const left of [directory, lock]) fs.rmSync(left, { recursive: true, force: true });
  held?.close();
}

function tryToHold(lock: string): Database | null {
  try {
    return holdExclusively(lock);
  } catch (error) {
    if (systemCode(error).startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
