import fs from 'node:fs';
import path from 'node:path';
import { hasReceipt } from '../../apply/receipt';
import { withDiff } from '../../changeset/diff';
import { isEmpty, summarize } from '../../changeset/summary';
import { timed, type OnEvent } from '../../events';
import type { Project } from '../../project/project';
import { replaceBase } from '../../project/state/base';
import { copyDatabase } from '../../project/state/copy-database';
import { isOfExclude } from '../../project/state/manifest';
import { pullDone, pullUnderWay, type PullUnderWay } from '../../project/state/pull-journal';
import { takeOut } from '../../sqlite/schema/take-out';
import { withTemporary } from '../../project/state/temporary';
import { freeze } from '../../project/working-copy/freeze';
import { workingCopyTarget } from '../../project/working-copy/working-copy-target';
import { bringInUndone } from '../merging/bring-in-undone';
import { endPull, rebase } from '../merging/rebase';

/** Finishes a pull interrupted before or after the working copy was written. */
export async function finishPull(project: Project, onEvent?: OnEvent): Promise<void> {
  const taken = pullUnderWay(project);
  if (taken === null) pullDone(project);
  else await timed(onEvent, 'finish the pull', () => finishTaken(project, taken, onEvent));
}

async function finishTaken(
  project: Project,
  taken: PullUnderWay,
  onEvent: OnEvent | undefined,
): Promise<void> {
  const { incoming } = project.files;
  const { manifest, purpose } = taken;
  // Later edits are on top of it.
  if (await isWritten(project, taken)) {
    await replaceBase(project, incoming, manifest);
    await endPull(project, taken);
    return;
  }
  // The snapshot was taken with another `exclude`. Nothing of it is in the working copy, and the next pull takes a
  // suitable one.
  if (!isOfExclude(manifest, project.exclude)) {
    pullDone(project);
    return;
  }
  const options = onEvent === undefined ? {} : { onEvent };
  if (purpose === 'undo') {
    await bringInUndone(project, manifest, options);
    return;
  }
  await rebase(project, manifest, options, { files: incoming, purpose });
  pullDone(project);
}

async function isWritten(project: Project, taken: PullUnderWay): Promise<boolean> {
  if (taken.isWritten) return true;
  const { workingCopy, files } = project;
  if (taken.receipt !== null && fs.existsSync(workingCopy))
    return hasReceipt(workingCopyTarget(workingCopy), taken.receipt);
  // A working copy written as a whole has no receipt.
  return withTemporary(files.directory, async (temporary) => {
    const frozen = path.join(temporary, 'frozen.db');
    await freeze(workingCopy, frozen);
    const exclude = [...project.exclude, ...(taken.manifest.exclude?.patterns ?? [])];
    const incoming = path.join(temporary, 'incoming.db');
    copyDatabase(files.incoming.database, incoming);
    for (const file of [frozen, incoming]) takeOut(file, exclude);
    return withDiff(incoming, frozen, (changeset) => isEmpty(summarize(changeset)));
  });
}
