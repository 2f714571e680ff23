import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { push, pushText } from 'turso-core';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { PushExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';
import { ungatedPush } from './ungated-push';
import { unorderedProducer } from './unordered-producer';

/**
 * Puts what has changed in the working copy on the remote. A conflict or a refusal of the policy fails the task; then nothing was
 * written.
 */
export default function pushExecutor(
  options: PushExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own, report) => {
    for (const warning of [ungatedPush(context), unorderedProducer(context)])
      if (warning !== null) report.warn(warning);
    const { plan } = options;
    const saved = plan === undefined ? {} : { plan: path.resolve(context.root, plan) };
    const result = await push(project, { ...own, ...saved });
    const isRemoteNamed = result.status === 'pushed' || result.status === 'conflict';
    const location = isRemoteNamed ? project.address().location : '';
    const text = pushText(result, location, NO_VALUES);
    if (result.status === 'conflict') return { success: false, text: withValuesFile(text, project) };
    return { success: result.status !== 'refused', text };
  });
}
