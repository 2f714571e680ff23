import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A shell that waits for its stdin to end, which happens however this process ends, SIGKILL included. An 'exit'
// handler would not do: jest gives test files a copy of `process` whose 'exit' event never fires.
const REAPER = `read _
for file in "$1"/pids/*; do [ -e "$file" ] && kill -9 "\${file##*/}"; done
rm -rf "$1" || { sleep 1; rm -rf "$1"; }`;

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm';

/** Bytes that a folder in memory has to have room for. */
const ROOM = 1e9;

let root: string | undefined;
let parent: string | undefined;

/**
 * Lets the temporary folders of this process be in memory, where nothing waits for a disk, if the system has a place with a
 * gigabyte of room. Call it before the first folder is made.
 */
export function keepTempDirsInMemory(): void {
  if (root !== undefined) throw new Error(`Temporary folders are in ${root} already`);
  if (roomIn(MEMORY) >= ROOM) parent = MEMORY;
}

function roomIn(dir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** The folder that holds all temporary files of this process and is removed when the process ends. */
export function processRoot(): string {
  if (root === undefined) {
    root = mkdtempSync(join(realpathSync(parent ?? tmpdir()), 'turso-sync-test-'));
    mkdirSync(join(root, 'pids'));
    startReaper(root);
  }
  return root;
}

/**
 * Has a child process killed when this process ends.
 *
 * @returns a function to call once the child has ended, since its id may then become another process's.
 */
export function killAtExit(pid: number): () => void {
  const file = join(processRoot(), 'pids', String(pid));
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

function startReaper(dir: string): void {
  const reaper = spawn('sh', ['-c', REAPER, 'sh', dir], {
    detached: true, // a Ctrl-C in the terminal must not reach it
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  reaper.on('error', () => undefined); // no sh, as on Windows: the system's own cleaning of its temp folder has to do
  reaper.unref();
  if (reaper.stdin instanceof Socket) reaper.stdin.unref();
}
