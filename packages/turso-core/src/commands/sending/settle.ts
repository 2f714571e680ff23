import { dropReceipt } from '../../sqlite/receipt';
import type { Remote } from '../../remote/remote';
import type { Project } from '../../project/project';
import { withMovedRowids, type Manifest } from '../../project/state/manifest';
import { withClaimed } from '../../project/state/plans';
import { endPush, pushDatabases, type PushJournal } from '../../project/state/push-journal';
import { requireBase } from '../comparing/compare';
import { advanceBase, stageUndone } from './advance-base';

/** A push on the remote, and the facts about the base that follows it. */
export interface Settlement {
  readonly project: Project;
  readonly temporary: string;
  readonly journal: PushJournal;
  /** The remote's fingerprint, if the base then has all of the remote; else null. */
  readonly fingerprint: string | null;
  /** Tables with different hidden rowids there and here. */
  readonly movedRowids: readonly string[];
  /** Whether the new base equals the remote row by row, if the old base did. Default is false. */
  readonly isExact?: boolean;
  /** Whether to keep the pages of the old base for an undo; see {@link keepBefore}. Default is false. */
  readonly keepsBefore?: boolean;
  /** Settings the remote has refused. */
  readonly refused?: Pick<Manifest, 'userVersionStaysLocal'>;
}

/**
 * Ends a push by moving the base on. If the push is an undo for the working copy too, prepares to bring it in there.
 */
export function settle(settlement: Settlement): void {
  const {
    project,
    temporary,
    journal,
    fingerprint,
    movedRowids,
    refused,
    isExact = false,
    keepsBefore = false,
  } = settlement;
  const { pushed, becomes } = pushDatabases(project.files);
  const { keepsReceipt, receipt } = journal;
  const isPlan = keepsReceipt && receipt !== null;
  const { asRemote, ...base } = requireBase(project);
  const manifest = {
    ...(isExact && asRemote !== undefined ? { asRemote } : {}),
    ...withMovedRowids(isPlan ? withClaimed(project.files, base, receipt) : base, movedRowids),
    ...refused,
    remote: journal.remote,
    fingerprint,
  };
  const next = becomes ?? pushed;
  if (journal.purpose?.alsoHere === true) stageUndone(project, temporary, next, manifest);
  else advanceBase(project, temporary, next, manifest, keepsBefore ? journal.number : null);
  endPush(project.files);
}

/**
 * Removes a push's receipt, once the journal records the push as complete. Returns the remote's fingerprint afterwards,
 * as {@link Remote.transact} reports it, given the fingerprint after the push.
 */
export async function removeReceipt(
  remote: Remote,
  { receipt, keepsReceipt }: PushJournal,
  fingerprint: string | null | undefined,
): Promise<string | null | undefined> {
  if (receipt === null || keepsReceipt) return fingerprint;
  try {
    const outcome = await remote.tidy([dropReceipt(receipt)]);
    if (!outcome.committed) return null;
    return fingerprint === null ? null : outcome.fingerprint;
  } catch {
    // The push is complete. A remaining receipt is removed when nobody can need it any more.
    return null;
  }
}
