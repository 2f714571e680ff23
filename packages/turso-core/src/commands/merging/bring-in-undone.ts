import { pullDone } from '../../project/state/pull-journal';
import { replaceBase } from '../../project/state/base';
import type { Manifest } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { rebase, type PullOptions, type PullResult } from './rebase';

/**
 * Brings what an undo left on the remote into the working copy, whose own edits win. If a rule keeps it out, the working
 * copy stays as it is, and the base follows all the same: the remote has it.
 */
export async function bringInUndone(
  project: Project,
  manifest: Manifest,
  { onEvent }: Pick<PullOptions, 'onEvent'>,
): Promise<PullResult> {
  const { incoming } = project.files;
  const options = { onConflict: 'ours', ...(onEvent === undefined ? {} : { onEvent }) } as const;
  const result = await rebase(project, manifest, options, { files: incoming, purpose: 'undo' });
  if (result.status !== 'conflict') return result;
  await replaceBase(project.files, incoming, manifest);
  pullDone(project);
  return result;
}
