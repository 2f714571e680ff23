import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { init, initText } from 'turso-core/own-process';
import type { InitExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Makes the working copy, or updates one without changes of its own. */
export default function initExecutor(
  options: InitExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const { from } = options;
    const file = from === undefined ? {} : { from: path.resolve(context.root, from) };
    const result = await init(project, { ...own, ...file });
    return { success: true, text: initText(result, project.workingCopy, own.snapshot) };
  });
}
