import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { diff, diffText, type DiffOptions } from 'turso-core';
import { runExecutor, type CommonOptions, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:diff`. */
export type DiffExecutorOptions = CommonOptions & Omit<DiffOptions, 'onEvent'>;

/** Says what a push would carry. */
export default function diffExecutor(
  options: DiffExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, onEvent) => {
    const { save } = options;
    const plan = save === undefined ? {} : { save: path.resolve(context.root, save) };
    return { success: true, text: diffText(await diff(project, { ...options, ...plan, onEvent })) };
  });
}
