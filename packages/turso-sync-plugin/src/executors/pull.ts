import type { ExecutorContext } from '@nx/devkit';
import { pull, pullText } from 'turso-core';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { PullExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Brings the remote's changes into the working copy. A conflict fails the task; then nothing was changed. */
export default function pullExecutor(
  options: PullExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const result = await pull(project, own);
    const text = pullText(result, project.address().location, NO_VALUES);
    if (result.status === 'conflict') return { success: false, text: withValuesFile(text, project) };
    return { success: true, text };
  });
}
