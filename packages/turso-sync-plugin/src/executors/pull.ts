import type { ExecutorContext } from '@nx/devkit';
import { pull, pullText, type PullOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:pull`. */
export type PullExecutorOptions = CommonOptions & Omit<PullOptions, 'onEvent'>;

/** Brings the remote's changes into the working copy. A conflict fails the task; then nothing was changed. */
export default function pullExecutor(
  options: PullExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const result = await pull(project, own);
    return { success: result.status !== 'conflict', text: pullText(result, project.address().location) };
  });
}
