import type { ExecutorContext } from '@nx/devkit';
import { init, initText, type InitOptions } from 'turso-core';
import { runExecutor, type CommonOptions, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:dump-init`. */
export type DumpInitOptions = CommonOptions & Omit<InitOptions, 'onEvent'>;

/** Makes the working copy, or brings one without changes of its own up to date. */
export default function dumpInit(
  options: DumpInitOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, onEvent) => {
    const result = await init(project, { ...options, onEvent });
    return { success: true, text: initText(result, project.workingCopy) };
  });
}
