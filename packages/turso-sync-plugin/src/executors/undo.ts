import type { ExecutorContext } from '@nx/devkit';
import { pushes, pushesText, undo, undoText } from 'turso-core';
import { NO_VALUES, withValuesFile } from './conflict-report';
import type { UndoExecutorOptions } from './options';
import { runExecutor, type ExecutorResult } from './run';

/** Takes a push back. A conflict fails the task; then nothing was written. */
export default function undoExecutor(
  options: UndoExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { list, ...own }) => {
    if (list === true) return { success: true, text: pushesText(pushes(project)) };
    const result = await undo(project, own);
    const text = undoText(result, project.address().location, NO_VALUES);
    if (result.status === 'conflict') return { success: false, text: withValuesFile(text, project) };
    return { success: true, text };
  });
}
