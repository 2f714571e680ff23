import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { push, pushEnding, pushSource, pushText, REVIEW_FILES } from 'turso-core/own-process';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { PushExecutorOptions } from './options';
import { reportFileOf, withReportAfter } from './report-file';
import { refuseBesideReview, reviewFolder } from './review-folder';
import { runExecutor, type ExecutorResult } from './run';
import { ungatedPush } from './ungated-push';
import { unorderedProducer } from './unordered-producer';

/**
 * Sends the changes of the working copy to the remote. A conflict or a refusal of the policy fails the task, and then
 * nothing was written.
 */
export default function pushExecutor(
  options: PushExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { out: _, format: __, review, ...own }, report) => {
    refuseBesideReview(review, 'plan', own.plan);
    const wanted = reportFileOf(options, project, context);
    for (const warning of [ungatedPush(context), unorderedProducer(context)])
      if (warning !== null) report.warn(warning);
    const result = await push(project, { ...own, ...planOf(options, context) });
    const isRemoteNamed = result.outcome === 'pushed' || result.outcome === 'conflict';
    const location = isRemoteNamed ? project.address().location : '';
    const text = pushText(result, location, NO_VALUES);
    return withReportAfter(wanted, pushSource(result), {
      success: result.outcome !== 'conflict' && result.outcome !== 'refused',
      text: result.outcome === 'conflict' ? withValuesFile(text, project) : text,
      ending: pushEnding(result),
      warn: report.warn,
    });
  });
}

function planOf({ plan, review }: PushExecutorOptions, context: ExecutorContext): { readonly plan?: string } {
  if (review !== undefined) return { plan: path.join(reviewFolder(review, context), REVIEW_FILES.plan) };
  return plan === undefined ? {} : { plan: path.resolve(context.root, plan) };
}
