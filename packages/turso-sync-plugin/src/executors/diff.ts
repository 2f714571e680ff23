import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { diff, diffText, type DiffOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:diff`. */
export type DiffExecutorOptions = CommonOptions & Omit<DiffOptions, 'onEvent'>;

/** Says what a push would carry. */
export default function diffExecutor(
  options: DiffExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const { save } = options;
    const plan = save === undefined ? {} : { save: path.resolve(context.root, save) };
    return { success: true, text: diffText(await diff(project, { ...own, ...plan })) };
  });
}
