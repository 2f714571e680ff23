import fs from 'node:fs';
import path from 'node:path';

const PREFIX = 'tmp-';

/** Folders to remove when the process ends, however it ends short of SIGKILL. */
const live = new Set<string>();

process.on('exit', () => {
  for (const directory of live) fs.rmSync(directory, { recursive: true, force: true });
});

/**
 * Runs work with a folder of its own inside the state folder, so that results can be renamed into place, and removes it
 * afterwards. Folders that a killed run has left behind are removed first.
 */
export async function withTemporary<T>(
  stateDirectory: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  fs.mkdirSync(stateDirectory, { recursive: true });
  removeLeftovers(stateDirectory);
  const directory = fs.mkdtempSync(path.join(stateDirectory, `${PREFIX}${process.pid}-`));
  live.add(directory);
  try {
    return await work(directory);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
    live.delete(directory);
  }
}

function removeLeftovers(stateDirectory: string): void {
  for (const name of fs.readdirSync(stateDirectory)) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    fs.rmSync(path.join(stateDirectory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
