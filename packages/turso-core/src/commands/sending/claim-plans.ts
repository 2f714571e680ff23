import { listReceipts } from '../../apply/receipt';
import { TursoSyncError } from '../../errors';
import { openChanges } from '../../plan/read-changes';
import type { Project } from '../../project/project';
import { forgetPlan, listPlans, withClaimed, type SavedPlan } from '../../project/state/plans';
import { withTemporary } from '../../project/state/temporary';
import type { Remote } from '../../remote/remote';
import { openReadOnly } from '../../sqlite/files/open';
import { dropReceipt, receiptAge } from '../../sqlite/receipt';
import { requireBase } from '../comparing/compare';
import { moveBase } from './advance-base';
import { agreedBase, partialBase } from './agreed-base';

/** How old a plan may be when it is pushed, and a push that was cut off when it is looked for, in days. */
export const MOST_DAYS = 30;

/** After how many days nobody can need a receipt any more. */
const RECEIPT_DAYS = 60;

/**
 * Moves the base on by the plans that were saved from here, and pushed from elsewhere since: the working copy has their rows
 * already, and without a key nothing else would tell that those on the remote are the same. The remote is asked only if there are any.
 */
export async function claimPlans(project: Project, remote: Remote): Promise<void> {
  const plans = listPlans(project.files);
  if (plans.length === 0) return;
  const receipts = await listReceipts(remote);
  for (const plan of plans) {
    // The base has a plan that was pushed from here; an equal row may be a later edit.
    const isClaimed = requireBase(project).claimed?.includes(plan.receipt) === true;
    if (receipts.includes(plan.receipt) && !isClaimed) await claimPlan(project, plan, true);
    if (receipts.includes(plan.receipt) || receiptAge(plan.receipt) > MOST_DAYS) forgetPlan(plan);
  }
}

/** Moves the base on by a plan that is on the remote: by what of it the working copy has. */
export async function claimPlan(
  project: Project,
  { file, receipt }: SavedPlan,
  isOrigin: boolean,
): Promise<void> {
  const { base } = project.files;
  await withTemporary(project.files.directory, async (temporary) => {
    const changes = openChanges(file);
    const db = openReadOnly(base.database);
    try {
      const context = { project, temporary };
      const agreed = await agreedBase(context, changes.changeset(db, temporary), isOrigin);
      const becomes =
        agreed ?? (await partialBase(context, (before) => changes.changeset(before, temporary)));
      const createdAt = new Date().toISOString();
      moveBase(project, temporary, becomes, {
        ...withClaimed(project.files, requireBase(project), receipt),
        createdAt,
        method: 'push',
        fingerprint: null,
      });
    } finally {
      db.close();
    }
  });
}

/** Removes receipts that runs have left which died long ago. Never needed for a right result. */
export async function removeOldReceipts(remote: Remote): Promise<void> {
  try {
    const old = (await listReceipts(remote)).filter((name) => receiptAge(name) > RECEIPT_DAYS);
    if (old.length > 0) await remote.transact(old.map(dropReceipt));
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
  }
}
