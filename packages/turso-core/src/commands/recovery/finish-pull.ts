import type { Project } from '../../project/project';
import { replaceBase } from '../../project/state/base';
import { pullDone, pullUnderWay } from '../../project/state/pull-journal';
import { rebase } from '../merging/rebase';

/** Finishes a pull that was broken off after the working copy was written, or before. */
export async function finishPull(project: Project): Promise<void> {
  const taken = pullUnderWay(project);
  // What has been edited since is on top of it.
  if (taken?.isWritten === true) await replaceBase(project.files, taken.snapshot);
  else if (taken !== null) await rebase(project, taken.snapshot, {});
  pullDone(project);
}
