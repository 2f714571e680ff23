import type { ExecutorContext } from '@nx/devkit';
import { undo, undoText, type UndoOptions } from 'turso-core';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:undo`. */
export type UndoExecutorOptions = CommonOptions & Omit<UndoOptions, 'onEvent'>;

/** Takes a push back. A conflict fails the task; then nothing was written. */
export default function undoExecutor(
  options: UndoExecutorOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, own) => {
    const result = await undo(project, own);
    return { success: result.status !== 'conflict', text: undoText(result, project.address().location) };
  });
}
