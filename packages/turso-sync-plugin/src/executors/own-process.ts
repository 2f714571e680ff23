import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { runVerbsApart, TursoSyncError } from 'turso-core/own-process';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/**
 * Prepares the process of a task for its work. Nx starts one for each task, so the work runs in this process, as in the
 * command. Another executor may call this one with Nx's `runExecutor`, and may have databases open. Then verbs run in
 * processes of their own.
 *
 * @param onSignal - receives the reason why the process ends, before it does.
 */
export function useOwnProcess(context: ExecutorContext, onSignal: (error: TursoSyncError) => void): void {
  if (!isOwnProcess(context)) {
    runVerbsApart();
    return;
  }
  // Its files hold data, and are for its user only.
  process.umask(0o077);
  // An end by exit() removes temporary files. An end by the signal would not.
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
  // Only this channel shows that Nx was killed.
  process.once('disconnect', () => process.exit(1));
}

/** Checks whether Nx has started this process, and for this task. */
export function isOwnProcess({ projectName, targetName }: ExecutorContext): boolean {
  const { argv, env } = process;
  return (
    path.basename(argv[1] ?? '', '.js') === 'run-executor' &&
    env['NX_TASK_TARGET_PROJECT'] === projectName &&
    env['NX_TASK_TARGET_TARGET'] === targetName
  );
}
