import type { ExecutorContext } from '@nx/devkit';
import { clean, cleanText, TursoSyncError } from 'turso-core/own-process';
import type { CleanExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Lists the contents of the state folder, and removes useless files if `force` is set. */
export default function cleanExecutor(
  options: CleanExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { dryRun, ...own }) => {
    if (dryRun === true && own.force === true)
      throw new TursoSyncError('USAGE', '"dryRun" and "force" cannot be used together.', {
        hint: 'Leave one of them out.',
      });
    return { success: true, text: cleanText(await clean(project, own)) };
  });
}
