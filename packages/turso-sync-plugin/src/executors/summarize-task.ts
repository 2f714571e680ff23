import type { ExecutorContext } from '@nx/devkit';
import { appendStepSummary, type Ending } from 'turso-core/own-process';
import { leaveNote } from '../run-summary/task-note';
import type { CommonOptions } from './options';
import type { Report } from './report';

/** Reports the ending of a task's command to readers elsewhere. It never fails the task. */
export async function summarizeTask(
  ending: Ending | null,
  { env }: CommonOptions,
  context: ExecutorContext,
  report: Report,
): Promise<void> {
  if (ending === null) return;
  leaveNote(ending, env, context);
  await appendStepSummary(ending, {
    project: context.projectName ?? '',
    environment: env ?? null,
    clean: (text) => report.clean(text),
    warn: (message) => report.warn(message),
  });
}
