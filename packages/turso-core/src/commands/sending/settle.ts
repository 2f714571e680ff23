import { dropReceipt } from '../../sqlite/receipt';
import type { Remote } from '../../remote/remote';
import type { Project } from '../../project/project';
import { withMovedRowids, type Manifest } from '../../project/state/manifest';
import { withClaimed } from '../../project/state/plans';
import { endPush, pushDatabases, type PushJournal } from '../../project/state/push-journal';
import { requireBase } from '../comparing/compare';
import { advanceBase, stageUndone } from './advance-base';

/** A push that is on the remote, and what is known of the base that follows it. */
export interface Settlement {
  readonly project: Project;
  readonly temporary: string;
  readonly journal: PushJournal;
  /** The remote's mark, if the base then has all that the remote has; else null. */
  readonly fingerprint: string | null;
  /** Tables whose hidden rowids are not the same there and here. */
  readonly movedRowids: readonly string[];
  /** Whether that is all that the remote has, row by row, if the base before was. Default is false. */
  readonly isExact?: boolean;
  /** What the remote has refused. */
  readonly refused?: Pick<Manifest, 'userVersionStaysLocal'>;
}

/** Moves the base on, which ends a push. An undo that is also for the working copy is made ready to be brought in there. */
export function settle(settlement: Settlement): void {
  const { project, temporary, journal, fingerprint, movedRowids, refused, isExact = false } = settlement;
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
  const place = journal.purpose?.alsoHere === true ? stageUndone : advanceBase;
  place(project, temporary, becomes ?? pushed, manifest);
  endPush(project.files);
}

/**
 * Removes a push's receipt, now that the journal says that it is through. Answers with the remote's mark from then on, as
 * {@link Remote.transact} tells it, given the mark that the push left.
 */
export async function removeReceipt(
  remote: Remote,
  { receipt, keepsReceipt }: PushJournal,
  mark: string | null | undefined,
): Promise<string | null | undefined> {
  if (receipt === null || keepsReceipt) return mark;
  try {
    const outcome = await remote.tidy([dropReceipt(receipt)]);
    if (!outcome.committed) return null;
    return mark === null ? null : outcome.fingerprint;
  } catch {
    // The push is through; what is left goes when nobody can need it any more.
    return null;
  }
}
