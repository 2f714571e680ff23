import type { ExecutorContext } from '@nx/devkit';
import { verify, verifyText, type VerifyOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:verify`. */
export type VerifyExecutorOptions = CommonOptions & Omit<VerifyOptions, 'onEvent'>;

/** Holds the remote against the working copy. A difference fails the task. */
export default function verifyExecutor(
  options: VerifyExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const result = await verify(project, own);
    return { success: result.isEqual, text: verifyText(result, project.address().location) };
  });
}
