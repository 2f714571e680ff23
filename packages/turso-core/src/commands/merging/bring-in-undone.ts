import { pullDone } from '../../project/state/pull-journal';
import { replaceBase } from '../../project/state/base';
import type { Manifest } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import type { Own } from '../verb-result';
import { rebase, type PullOptions, type PullResult } from './rebase';

/**
 * Brings the result of an undo on the remote into the working copy. The working copy's own edits win. If a rule
 * prevents this, the working copy stays as it is. The base follows anyway, because the remote has the undo.
 */
export async function bringInUndone(
  project: Project,
  manifest: Manifest,
  { onEvent }: Pick<PullOptions, 'onEvent'>,
): Promise<Own<PullResult>> {
  const { incoming } = project.files;
  const options = { onConflict: 'ours', ...(onEvent === undefined ? {} : { onEvent }) } as const;
  const result = await rebase(project, manifest, options, { files: incoming, purpose: 'undo' });
  if (result.outcome !== 'conflict') return result;
  await replaceBase(project, incoming, manifest);
  pullDone(project);
  return result;
}
