import type { ExecutorContext } from '@nx/devkit';
import {
  keptPushSource,
  pushes,
  pushesText,
  undo,
  undoEnding,
  undoSource,
  undoText,
} from 'turso-core/own-process';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { UndoExecutorOptions } from './options';
import { reportFileOf, withReport, withReportAfter } from './report-file';
import { runExecutor, type ExecutorResult } from './run';

/** Takes a push back. A conflict fails the task, and then nothing was written. */
export default function undoExecutor(
  options: UndoExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { list, out: _, format: __, ...own }, { warn }) => {
    const wanted = reportFileOf(options, project, context);
    if (list === true) {
      const kept = pushes(project);
      const outcome = { success: true, text: pushesText(kept) };
      return wanted === null ? outcome : withReport(wanted, keptPushSource(kept, options.push), outcome);
    }
    const result = await undo(project, own);
    const text = undoText(result, project.address().location, NO_VALUES);
    const isConflict = result.outcome === 'conflict';
    return withReportAfter(wanted, undoSource(result), {
      success: !isConflict,
      text: isConflict ? withValuesFile(text, project) : text,
      ending: undoEnding(result),
      warn,
    });
  });
}
