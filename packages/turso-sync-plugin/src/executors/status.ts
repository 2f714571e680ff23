import type { ExecutorContext } from '@nx/devkit';
import { status, statusText } from 'turso-core/own-process';
import type { StatusOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/**
 * Reports the state of the project, and with --verbose the server's capabilities. Succeeds even if the remote is silent
 * or files are missing: the report says so.
 */
export default function statusExecutor(
  options: StatusOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { onEvent }) => ({
    success: true,
    text: statusText(
      await status(project, { capabilities: options.verbose === true || context.isVerbose, onEvent }),
    ),
  }));
}
