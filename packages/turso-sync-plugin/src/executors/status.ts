import type { ExecutorContext } from '@nx/devkit';
import { status, statusText } from 'turso-core/own-process';
import type { StatusOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Says how the project stands, and with --verbose what its server offers. Succeeds also where the remote is silent or files are missing: it says so. */
export default function statusExecutor(
  options: StatusOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project) => ({
    success: true,
    text: statusText(await status(project, { capabilities: options.verbose === true || context.isVerbose })),
  }));
}
