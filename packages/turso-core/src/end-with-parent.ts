import { fork, type ChildProcess, type ForkOptions } from 'node:child_process';
import { Worker } from 'node:worker_threads';

/** Starts a program of this package that calls {@link endWithParent}. */
export function startChild(program: string, options: ForkOptions): ChildProcess {
  return fork(program, [String(process.pid)], { execArgv: [], ...options });
}

/**
 * Ends this process with the one that started it by {@link startChild}, even while its thread is blocked: another
 * thread notices when the parent changes. The parent may be gone before this process has begun, so it tells its number.
 * Ctrl-C in a terminal reaches all processes. This one ignores it, and waits for its parent.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
  const parent = Number(process.argv[2]);
  const watchdog = `setInterval(() => process.ppid === ${parent} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  new Worker(watchdog, { eval: true }).unref();
  process.on('SIGINT', () => undefined);
}
