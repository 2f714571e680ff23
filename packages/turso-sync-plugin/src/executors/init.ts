import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { init, initText, type InitOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:init`, also named `dump-init`. */
export type InitExecutorOptions = CommonOptions & Omit<InitOptions, 'onEvent'>;

/** Makes the working copy, or brings one without changes of its own up to date. */
export default function initExecutor(
  options: InitExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const { from } = options;
    const file = from === undefined ? {} : { from: path.resolve(context.root, from) };
    return { success: true, text: initText(await init(project, { ...own, ...file }), project.workingCopy) };
  });
}
