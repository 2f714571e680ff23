import type { ExecutorContext } from '@nx/devkit';
import { check, checkText } from 'turso-core/own-process';
import { NO_VALUES } from './conflict-report';
import type { CheckExecutorOptions } from './options';
import { requireCheckKey } from './require-check-key';
import { runExecutor, type ExecutorResult } from './run';

/** Runs the checks of the project on the working copy. If one returns rows, the task fails. */
export default function checkExecutor(
  options: CheckExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    await requireCheckKey(options, context);
    const result = await check(project, own);
    return { success: result.outcome === 'passed', text: checkText(result, NO_VALUES) };
  });
}
