import fs from 'node:fs';

/** Processes between a task and Nx, at most: a shell, and one of Nx's that keeps a terminal. */
const MOST = 8;

/** The process of Nx that this task belongs to, on Linux; null if it cannot be told. */
export function findNxProcess(): number | null {
  try {
    let pid = process.ppid;
    for (let i = 0; i < MOST && pid > 1; i++) {
      const [, script = ''] = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (/(?:^|\/)nx(?:\.js)?$/.test(script)) return pid;
      // The name of a program stands in brackets, and may have some in it.
      const [, parent] = /\) \S (\d+) [^)]*$/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      pid = Number(parent);
    }
  } catch {
    // Another system.
  }
  return null;
}

/**
 * Prints a text where the process of Nx prints. Nx calls the end of a run in the process itself, or in one that it has started and whose
 * output it passes on; but with its daemon, in there, whose output goes to a log.
 */
export function printAs(nx: number | null, text: string): void {
  if (nx === null || nx === process.pid || nx === process.ppid) process.stdout.write(text);
  else writeTo(`/proc/${nx}/fd/1`, text);
}

/** Nx waits meanwhile, so the file is its own. */
function writeTo(file: string, text: string): void {
  const { O_WRONLY, O_APPEND, O_NONBLOCK, O_NOCTTY } = fs.constants;
  try {
    const handle = fs.openSync(file, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY);
    try {
      fs.writeSync(handle, text);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    // Whoever reads is gone, or does not read.
  }
}
