import type { ExecutorContext } from '@nx/devkit';
import { verify, verifyText } from 'turso-core';
import type { VerifyExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

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
