import type { ExecutorContext } from '@nx/devkit';
import { snapshot, snapshotText, type SnapshotCommandOptions } from 'turso-core';
import { requireCacheKey } from './require-cache-key';
import { requireOutput } from './require-output';
import type { CommonOptions } from './project-of';
import { runExecutor, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:snapshot`. */
export interface SnapshotOptions extends CommonOptions, Omit<SnapshotCommandOptions, 'onEvent'> {
  /** The folder that Nx keeps, relative to the workspace: what the outputs of the inferred target follow. */
  readonly snapshotFolder?: string;
}

/** Takes the whole remote database to the snapshot folder, which is what Nx caches. */
export default function snapshotExecutor(
  options: SnapshotOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { snapshotFolder: _, ...own }) => {
    await requireCacheKey(project, options, context);
    const result = await snapshot(project, own);
    requireOutput(project);
    return { success: true, text: snapshotText(result) };
  });
}
