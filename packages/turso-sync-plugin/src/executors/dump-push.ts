import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { push, pushText, type PushOptions } from 'turso-core';
import { runExecutor, type CommonOptions, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:dump-push`. */
export type DumpPushOptions = CommonOptions & Omit<PushOptions, 'onEvent'>;

/** Puts what has changed in the working copy on the remote. A conflict fails the task; then nothing was written. */
export default function dumpPush(
  options: DumpPushOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, onEvent) => {
    const { plan } = options;
    const saved = plan === undefined ? {} : { plan: path.resolve(context.root, plan) };
    const result = await push(project, { ...options, ...saved, onEvent });
    const isRemoteNamed = result.status === 'pushed' || result.status === 'conflict';
    const location = isRemoteNamed ? project.address().location : '';
    return { success: result.status !== 'conflict', text: pushText(result, location) };
  });
}
