import type { ExecutorContext } from '@nx/devkit';
import { snapshot, snapshotText } from 'turso-core/own-process';
import { requireCacheKey } from './require-cache-key';
import { requireOutput } from './require-output';
import type { SnapshotOptions } from './options';
import { sharingOf } from './sharing';
import { runExecutor, type ExecutorResult } from './run';

/** Takes the whole remote database to the snapshot folder, for Nx to cache. */
export default function snapshotExecutor(
  options: SnapshotOptions,
  context: ExecutorContext,
): Promise<ExecutorResult> {
  return runExecutor(options, context, async (project, { snapshotFolder: _, ...own }) => {
    await requireCacheKey(project, options, context);
    // Nx keeps the whole folder, and the SQL of a database is as large as the database. `turso-dump` writes it when
    // needed.
    const result = await snapshot(project, { dump: false, sharing: sharingOf(project, context), ...own });
    requireOutput(project);
    return { success: true, text: snapshotText(result) };
  });
}
