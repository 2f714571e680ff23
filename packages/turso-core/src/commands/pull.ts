import { countChanges, summarize } from '../changeset/summary';
import type { OnEvent } from '../events';
import type { ProjectRemote } from '../project/connect-to';
import type { Project } from '../project/project';
import { withRemote } from '../project/with-remote';
import type { Manifest } from '../project/state/manifest';
import { withTemporary } from '../project/state/temporary';
import { requireBase, withComparison } from './comparing/compare';
import { finishPull } from './recovery/finish-pull';
import { finishPush } from './recovery/finish-push';
import { rebase, unchanged, type PullOptions, type PullResult } from './merging/rebase';
import { claimPlans } from './sending/claim-plans';
import { fitAccepted, requireStart, startFromSibling } from './starting/first-use';
import { currentSnapshot, takeSnapshot } from './fetching/take-snapshot';
import { verb } from './apart/verb';
import type { Own } from './verb-result';

export type { PullOptions, PullResult } from './merging/rebase';

/**
 * Brings the remote's changes into the working copy and keeps your own. It applies your changes to a new snapshot, as a
 * push would apply them to the remote. It then updates the working copy in one transaction, so open programs see it.
 * Afterwards the snapshot is the base.
 * Throws the `REMOTE_*`, `BASE_*` and `WORKING_COPY_*` codes, UNSUPPORTED_CHANGE, DISK_FULL and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, pull } from 'turso-core';
 *
 * const { outcome, changes, pending } = await pull(await loadProject(), { merge: 'cells' });
 * ```
 */
export const pull = verb<[options?: PullOptions], PullResult>('pull', pullWith);

async function pullWith(project: Project, options: PullOptions): Promise<Own<PullResult>> {
  // Only for a better message: without a start, there is no folder to lock.
  requireStart(project);
  return withRemote(project, 'pull', options, (remote) => pullFrom(project, remote, options));
}

async function pullFrom(
  project: Project,
  remote: ProjectRemote,
  options: PullOptions,
): Promise<Own<PullResult>> {
  const take = (): Promise<Manifest> => takeSnapshot(project, remote, { onEvent: options.onEvent });
  await startFromSibling(project, take, options.onEvent);
  if (options.acceptRemote === true) await fitAccepted(project, take, options.onEvent);
  await finishPull(project, options.onEvent);
  await finishPush(project, remote, options.onEvent === undefined ? {} : { onEvent: options.onEvent });
  const base = requireBase(project);
  const fingerprint = await remote.fingerprint({ mayLag: true, known: base.fingerprint });
  if (fingerprint !== null && fingerprint === base.fingerprint && remote.location === base.remote) {
    return unchanged(await countPending(project, options.onEvent));
  }
  await claimPlans(project, remote);
  const snapshot = await currentSnapshot(project, remote, fingerprint, options.onEvent);
  return rebase(project, snapshot, options);
}

async function countPending(project: Project, onEvent?: OnEvent): Promise<number> {
  return withTemporary(project.files.directory, (temporary) =>
    withComparison(
      project,
      temporary,
      (found) => (found === null ? 0 : countChanges(summarize(found.changeset))),
      onEvent,
    ),
  );
}
