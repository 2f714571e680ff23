import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { runVerbsApart, TursoSyncError } from 'turso-core/own-process';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Prepares the process of a task for its work. Nx starts one for each task, so the work is done right there, as the command does
 * it. Another executor may run this one by Nx's `runExecutor`, and may have databases open: then verbs run in processes of their own.
 *
 * @param onSignal - is told why the process ends, before it does.
 */
export function useOwnProcess(context: ExecutorContext, onSignal: (error: TursoSyncError) => void): void {
  if (!isOwnProcess(context)) {
    runVerbsApart();
    return;
  }
  // What it writes holds data, and is for its user only.
  process.umask(0o077);
  // Ending by exit() removes what is temporary; ending by the signal would not.
  for (const [signal, exitCode] of Object.entries(EXIT_CODES))
    process.once(signal, () => {
      onSignal(
        new TursoSyncError('INTERRUPTED', `Ended by ${signal}.`, {
          hint: 'Nothing is left half done. Whether a push that was under way has arrived, the next one finds out.',
          retryable: true,
        }),
      );
      process.exit(exitCode);
    });
  // When Nx is killed, only this channel tells.
  process.once('disconnect', () => process.exit(1));
}

/** Whether Nx has started this process, and for this task. */
export function isOwnProcess({ projectName, targetName }: ExecutorContext): boolean {
  const { argv, env } = process;
  return (
    path.basename(argv[1] ?? '', '.js') === 'run-executor' &&
    env['NX_TASK_TARGET_PROJECT'] === projectName &&
    env['NX_TASK_TARGET_TARGET'] === targetName
  );
}
