import { Worker } from 'node:worker_threads';

/**
 * Lets this process end with the one that started it, even while its thread is blocked: another thread finds the process to be a
 * child of somebody else. Ctrl-C in a terminal goes to all processes; this one waits for the one that it works for.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
  const watchdog = `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  new Worker(watchdog, { eval: true }).unref();
  process.on('SIGINT', () => undefined);
}
