import fs from 'node:fs';
import path from 'node:path';
import { hasReceipt } from '../../apply/receipt';
import { summarize, type ChangeSummary } from '../../changeset/summary';
import { TursoSyncError } from '../../errors';
import type { Remote } from '../../remote/remote';
import { linkOrCopy } from '../../project/state/link-or-copy';
import type { Project } from '../../project/project';
import {
  dropPush,
  endPush,
  notePushed,
  pushDatabases,
  readPushJournal,
  type PushJournal,
} from '../../project/state/push-journal';
import { receiptAge } from '../../sqlite/receipt';
import { withTemporary } from '../../project/state/temporary';
import { MOST_DAYS, removeOldReceipts } from '../sending/claim-plans';
import { pushedAs } from '../sending/send';
import { removeReceipt, settle } from '../sending/settle';
import { compareFrom, requireBase, type Comparison } from '../comparing/compare';
import { warnOfComputed } from '../comparing/written-computed';
import { planFacts } from '../comparing/plan-facts';
import { describePlan } from '../../plan/write-plan';
import { timed, type OnEvent, type VerbOptions } from '../../events';
import { createPushRecords } from '../sending/push-records';
import { finishPull } from './finish-pull';

/** A person's decision about an interrupted push with an unknown outcome. */
export interface ResumeOptions {
  /**
   * `arrived`: the push is on the remote, and the base follows. `repeat`: it is not, and its changes are pushed again.
   */
  readonly resume?: 'arrived' | 'repeat';
}

/**
 * Finds the outcome of a push that was cut off before its answer. If the remote has its receipt, the push arrived: the
 * base follows, and its changes are returned. Otherwise it is forgotten, because the working copy still has the
 * changes. Returns null if no push was under way or it did not arrive. The caller holds the lock.
 * Throws PUSH_UNDECIDED and the `REMOTE_*` codes.
 */
export async function finishPush(
  project: Project,
  remote: Remote,
  { resume, onEvent }: ResumeOptions & VerbOptions,
): Promise<ChangeSummary | null> {
  const { files } = project;
  refuseHalfJournal(project, resume);
  const journal = readPushJournal(files);
  const isBegun = journal !== null && requireBase(project).createdAt === journal.base;
  if (!isBegun) {
    endPush(files);
    return null;
  }
  return timed(onEvent, 'finish the push', () => finishBegun({ project, remote, onEvent }, journal, resume));
}

async function finishBegun(
  { project, remote, onEvent }: Finishing,
  journal: PushJournal,
  resume: ResumeOptions['resume'],
): Promise<ChangeSummary | null> {
  const { files } = project;
  await removeOldReceipts(remote);
  const isThrough = resume === undefined ? await hasArrived(journal, remote) : resume === 'arrived';
  if (!isThrough) {
    // It may be there in spite of the person's decision.
    if (resume === 'repeat') await removeReceipt(remote, journal, null);
    dropPush(files, journal);
    return null;
  }
  const through = notePushed(files, journal, { isThrough: true });
  const changes = await finish({ project, remote, onEvent }, through);
  onEvent?.({ type: 'warning', message: `The push that began at ${journal.startedAt} had arrived.` });
  await removeReceipt(remote, through, null);
  return changes;
}

/**
 * Refuses to go on without the database of an interrupted push. Its changes are unknown then, and forgetting it
 * silently could append its rows a second time.
 */
function refuseHalfJournal({ files }: Project, resume: ResumeOptions['resume']): void {
  const isHalf = fs.existsSync(files.pushJournal) && !fs.existsSync(files.pushed);
  if (!isHalf || resume === 'repeat') return;
  throw new TursoSyncError(
    'PUSH_UNDECIDED',
    `A push was cut off, and ${path.basename(files.pushed)}, which tells what it held, is missing in ${files.environment}.`,
    {
      hint: 'Look at the remote. If the push is not there, `turso-sync push --resume=repeat` sends your edits again. If it is, `turso-sync init --keep-edits` goes on from what is there; then look at `turso-sync diff`.',
    },
  );
}

async function hasArrived(journal: PushJournal, remote: Remote): Promise<boolean> {
  if (journal.isThrough === true) return true;
  const { receipt } = journal;
  const isThere = await hasReceipt(remote, receipt ?? '').catch((error: unknown) => {
    throw isReadOnly(error) ? needsWriteAccess(journal, error) : error;
  });
  // If only an upload had begun, nothing else would reveal it.
  if (journal.upload !== undefined) await remote.clear(journal.upload).catch(() => undefined);
  if (isThere) return true;
  // The same database may have several URLs.
  if (remote.location !== journal.remote) throw elsewhere(journal, remote.location);
  if (receipt !== null && receiptAge(receipt) < MOST_DAYS) return false;
  const fingerprint = await remote.fingerprint();
  if (fingerprint !== null && fingerprint === journal.fingerprint) return false;
  throw undecided(journal);
}

function isReadOnly(error: unknown): boolean {
  return error instanceof TursoSyncError && error.code === 'REMOTE_READ_ONLY';
}

function needsWriteAccess({ startedAt, remote }: PushJournal, cause: unknown): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_READ_ONLY',
    `A push to ${remote} was cut off (begun at ${startedAt}), and a read-only token does not do to find out how it ended.`,
    { hint: 'Run `turso-sync push` with a token that has write access. Nothing was changed.', cause },
  );
}

interface Finishing {
  readonly project: Project;
  readonly remote: Remote;
  readonly onEvent: OnEvent | undefined;
}

async function finish({ project, remote, onEvent }: Finishing, journal: PushJournal): Promise<ChangeSummary> {
  const { from, pushed, becomes } = pushDatabases(project.files);
  const summary = await withTemporary(project.files.directory, (temporary) => {
    const after = path.join(temporary, 'pushed.db');
    linkOrCopy(pushed, after);
    const start = { database: from ?? project.files.base.database, manifest: requireBase(project) };
    const compared = async ({ changeset, before, leftOut }: Comparison): Promise<ChangeSummary> => {
      const { number, purpose } = journal;
      // Other events on the remote are unknown, and so are the rowids of appended rows there.
      const movedRowids = [...changeset.renumbered, ...changeset.tables.map((t) => t.table.name)];
      const pushed = { ...pushedAs(purpose, becomes), movedRowids };
      const facts = planFacts(project, start.manifest);
      const plan = { ...describePlan(changeset, facts), pushed };
      const records = createPushRecords({
        project,
        temporary,
        changeset,
        before,
        after,
        plan,
        leftOut,
        number,
      });
      await timed(onEvent, 'write the records', () => records.publish());
      await warnOfComputed(remote, { changeset, pushed: after }, onEvent);
      settle({ project, temporary, journal, fingerprint: null, movedRowids });
      return summarize(changeset);
    };
    return compareFrom(start, after, compared, { onEvent });
  });
  await finishPull(project, onEvent);
  return summary;
}

function elsewhere({ startedAt, remote }: PushJournal, location: string): TursoSyncError {
  return new TursoSyncError(
    'PUSH_UNDECIDED',
    `A push to ${remote} was cut off (begun at ${startedAt}), and this runs against ${location}.`,
    {
      hint: `Run \`turso-sync push\` against ${remote} first; or \`turso-sync push --resume=repeat\` forgets it.`,
    },
  );
}

function undecided({ startedAt, remote }: PushJournal): TursoSyncError {
  return new TursoSyncError(
    'PUSH_UNDECIDED',
    `A push to ${remote} was cut off (begun at ${startedAt}), and nothing on the remote tells any more whether it arrived.`,
    {
      hint: 'Look at the remote. Then `turso-sync push --resume=arrived` takes it for arrived, and `--resume=repeat` for not arrived.',
    },
  );
}
