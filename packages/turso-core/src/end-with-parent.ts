import { Worker } from 'node:worker_threads';

/**
 * Ends this process with its parent, even while its thread is blocked: another thread notices when the parent changes.
 * Ctrl-C in a terminal reaches all processes. This one ignores it, and waits for its parent.
 */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
  const watchdog = `setInterval(() => process.ppid === ${process.ppid} || process.kill(process.pid, 'SIGKILL'), 1000)`;
  new Worker(watchdog, { eval: true }).unref();
  process.on('SIGINT', () => undefined);
}
