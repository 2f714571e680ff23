import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from './until';

/**
 * Pauses a process. Returns a function that lets it go on. The signal only asks: on a busy machine, a thread may answer
 * one more request before it stops. So on Linux, this waits until all threads have stopped.
 */
export async function pauseProcess(pid: number): Promise<() => void> {
  process.kill(pid, 'SIGSTOP');
  if (process.platform === 'linux') await until(() => statesOfThreads(pid).every((state) => state === 'T'));
  return () => process.kill(pid, 'SIGCONT');
}

/** The states of all threads, as letters: see `man 5 proc_pid_stat`. The name before them may contain brackets. */
function statesOfThreads(pid: number): string[] {
  const threads = `/proc/${pid}/task`;
  return readdirSync(threads).map((thread) => {
    const stat = readFileSync(path.join(threads, thread, 'stat'), 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  });
}
