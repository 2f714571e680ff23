import fs from 'node:fs';
import path from 'node:path';
import { removeAtExit } from './at-exit';
import { fileSystemError } from './disk';

const PREFIX = 'tmp-';

/** Folders in use by this process. */
const live = new Set<string>();

/**
 * Runs work with a folder of its own inside the state folder, so that results can be renamed into place, and removes it
 * afterwards. Folders that a killed run has left behind are removed first. Throws DISK_FULL and FILE_INACCESSIBLE.
 */
export async function withTemporary<T>(
  stateDirectory: string,
  work: (directory: string) => T | Promise<T>,
): Promise<T> {
  const directory = makeTemporary(stateDirectory);
  const release = removeAtExit(directory);
  live.add(directory);
  try {
    return await work(directory);
  } finally {
    live.delete(directory);
    release();
  }
}

function makeTemporary(stateDirectory: string): string {
  try {
    fs.mkdirSync(stateDirectory, { recursive: true });
    removeLeftovers(stateDirectory);
    return fs.mkdtempSync(path.join(stateDirectory, `${PREFIX}${process.pid}-`));
  } catch (error) {
    throw fileSystemError(error, stateDirectory);
  }
}

function removeLeftovers(stateDirectory: string): void {
  for (const name of fs.readdirSync(stateDirectory)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? NaN);
    const directory = path.join(stateDirectory, name);
    if (Number.isNaN(pid) || isInUse(directory, pid)) continue;
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

// In a container, a killed run and this one may well have had the same id.
function isInUse(directory: string, pid: number): boolean {
  return pid === process.pid ? live.has(directory) : isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
