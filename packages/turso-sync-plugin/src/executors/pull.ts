import type { ExecutorContext } from '@nx/devkit';
import { pull, pullEnding, pullSource, pullText } from 'turso-core/own-process';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { PullExecutorOptions } from './options';
import { reportFileOf, withReportAfter } from './report-file';
import { runExecutor, type ExecutorResult } from './run';

/** Brings the remote's changes into the working copy. A conflict fails the task, and then nothing was changed. */
export default function pullExecutor(
  options: PullExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { out: _, format: __, ...own }, { warn }) => {
    const wanted = reportFileOf(options, project, context);
    const result = await pull(project, own);
    const text = pullText(result, project.address().location, NO_VALUES);
    const isConflict = result.outcome === 'conflict';
    return withReportAfter(wanted, pullSource(result), {
      success: !isConflict,
      text: isConflict ? withValuesFile(text, project) : text,
      ending: pullEnding(result),
      warn,
    });
  });
}
