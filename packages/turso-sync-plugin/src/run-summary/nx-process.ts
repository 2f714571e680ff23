import fs from 'node:fs';

/** The most processes between a task and Nx: a shell, and one of Nx's that keeps a terminal. */
const MOST = 8;

/** Finds the process of Nx for this task, on Linux. Null if it is unknown. */
export function findNxProcess(): number | null {
  try {
    let pid = process.ppid;
    for (let i = 0; i < MOST && pid > 1; i++) {
      const [, script = ''] = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (/(?:^|\/)nx(?:\.js)?$/.test(script)) return pid;
      // The name of a program is in brackets, and may contain some.
      const [, parent] = /\) \S (\d+) [^)]*$/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      pid = Number(parent);
    }
  } catch {
    // Another system.
  }
  return null;
}

/**
 * Prints a text to the output of the Nx process. Nx calls the hook for the end of a run in that process, or in a child
 * process whose output it passes on. With its daemon, the hook runs in the daemon, and the daemon's output goes to a
 * log.
 */
export function printAs(nx: number | null, text: string): void {
  if (nx === null || nx === process.pid || nx === process.ppid) process.stdout.write(text);
  else writeTo(`/proc/${nx}/fd/1`, text);
}

/** Nx waits meanwhile, so only this process writes to the file. */
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
    // The reader is gone, or does not read.
  }
}
