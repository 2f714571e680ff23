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

/** Maximum age, in days, of a plan to push and of an interrupted push to look for. */
export const MOST_DAYS = 30;

/** Days after which nobody can need a receipt. */
const RECEIPT_DAYS = 60;

/**
 * Moves the base on by plans that were saved here and have been pushed from elsewhere. The working copy already has
 * their rows. Without a key, only the receipt shows that the remote's rows are the same. Asks the remote only if there
 * are saved plans.
 */
export async function claimPlans(project: Project, remote: Remote): Promise<void> {
  const plans = listPlans(project.files);
  if (plans.length === 0) return;
  const receipts = await listReceipts(remote);
  for (const plan of plans) {
    // If the plan was pushed from here, the base already has it. An equal row may be a later edit.
    const isClaimed = requireBase(project).claimed?.includes(plan.receipt) === true;
    if (receipts.includes(plan.receipt) && !isClaimed) await claimPlan(project, plan, true);
    if (receipts.includes(plan.receipt) || receiptAge(plan.receipt) > MOST_DAYS) forgetPlan(plan);
  }
}

/** Moves the base on by a plan on the remote, as far as the working copy has its changes. */
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

/** Removes the receipts of runs that died long ago. Results never depend on this. */
export async function removeOldReceipts(remote: Remote): Promise<void> {
  try {
    const old = (await listReceipts(remote)).filter((name) => receiptAge(name) > RECEIPT_DAYS);
    if (old.length > 0) await remote.transact(old.map(dropReceipt));
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
  }
}
