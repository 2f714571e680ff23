import type { ExecutorContext } from '@nx/devkit';
import { snapshot, snapshotText } from 'turso-core';
import { requireCacheKey } from './require-cache-key';
import { requireOutput } from './require-output';
import { runExecutor, type CommonOptions, type ExecutorResult } from './run';

/** Options of the executor `turso-sync-plugin:snapshot`. */
export type SnapshotOptions = CommonOptions;

/** Takes the whole remote database to the snapshot folder, which is what Nx caches. */
export default function snapshotExecutor(
  options: SnapshotOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, onEvent) => {
    requireCacheKey(project, context);
    const result = await snapshot(project, { onEvent });
    requireOutput(project);
    return { success: true, text: snapshotText(result) };
  });
}
