import path from 'node:path';
import { findEvidence } from '../../apply/arrival';
import { asOnRemote } from '../../changeset/as-on-remote';
import type { Changeset } from '../../changeset/model';
import { summarize, type ChangeSummary } from '../../changeset/summary';
import { TursoSyncError } from '../../errors';
import type { Remote } from '../../remote/remote';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { withMovedRowids } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { endPush, readPushJournal, type PushJournal } from '../../project/state/push-journal';
import { withTemporary } from '../../project/state/temporary';
import { advanceBase } from '../sending/advance-base';
import { compareWithBase, requireBase } from '../comparing/compare';
import { connectTo } from '../../project/connect-to';
import type { OnEvent } from '../../events';
import { createPushRecords } from '../sending/push-records';

/** What a person has decided about a push that was cut off, where it cannot be found out. */
export interface ResumeOptions {
  /** `arrived`: it is on the remote, and the base follows. `repeat`: it is not, and what it was about is pushed anew. */
  readonly resume?: 'arrived' | 'repeat';
  readonly onEvent?: OnEvent;
}

/**
 * Finds out how a push ended that was cut off before its answer came. Where it has arrived, the base follows, and its
 * changes are the answer; where it has not, it is forgotten, since the working copy still has them. Null where nothing was
 * under way, or nothing arrived. The caller holds the lock. Throws PUSH_UNDECIDED and the `REMOTE_*` codes.
 */
export async function finishPush(
  project: Project,
  { resume, onEvent }: ResumeOptions,
): Promise<ChangeSummary | null> {
  const journal = readPushJournal(project.files);
  const isThrough = journal !== null && requireBase(project).createdAt !== journal.base;
  if (journal === null || isThrough || resume === 'repeat') {
    endPush(project.files);
    return null;
  }
  const remote = connectTo(project);
  onEvent?.({ type: 'connect', location: remote.location });
  try {
    await waitForWriters(remote).catch((error: unknown) => {
      throw isReadOnly(error) ? needsWriteAccess(journal, error) : error;
    });
    const mark = await remote.fingerprint();
    // Where nothing was sent but an upload has begun, nothing else would tell.
    await remote.clear().catch(() => undefined);
    if (resume === undefined && mark !== null && mark === journal.fingerprint) {
      endPush(project.files);
      return null;
    }
    return await withTemporary(project.files.directory, (temporary) => {
      const pushed = path.join(temporary, 'pushed.db');
      linkOrCopy(project.files.pushed, pushed);
      return compareWithBase(project, pushed, async ({ changeset }) => {
        if (resume === undefined && !(await hasArrived({ project, journal, remote }, changeset))) {
          endPush(project.files);
          return null;
        }
        await finish({ project, journal, temporary }, changeset);
        onEvent?.({ type: 'warning', message: `The push that began at ${journal.startedAt} had arrived.` });
        return summarize(changeset);
      });
    });
  } finally {
    await remote.close();
  }
}

/** A server need not notice that a client has died: it may still be at work on what was sent, and show none of it yet. */
function waitForWriters(remote: Remote): Promise<void> {
  return remote.read(() => Promise.resolve(), { after: [{ sql: 'SELECT 1' }] });
}

function isReadOnly(error: unknown): boolean {
  return error instanceof TursoSyncError && error.code === 'REMOTE_READ_ONLY';
}

function needsWriteAccess({ startedAt, remote }: PushJournal, cause: unknown): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_READ_ONLY',
    `A push to ${remote} was cut off (begun at ${startedAt}), and a read-only token does not do to find out how it ended.`,
    { hint: 'Run `turso-sync dump-push` with a token that has write access. Nothing was changed.', cause },
  );
}

async function hasArrived(
  { project, journal, remote }: { project: Project; journal: PushJournal; remote: Remote },
  changeset: Changeset,
): Promise<boolean> {
  const meant = asOnRemote(changeset, requireBase(project).setAside);
  const { there, open } = await findEvidence(meant, remote);
  if (there > 0 && open > 0) throw undecided(journal, there, open);
  // The same database may have several URLs.
  if (there === 0 && remote.location !== journal.remote) throw elsewhere(journal, remote.location);
  return there > 0;
}

async function finish(
  { project, journal, temporary }: { project: Project; journal: PushJournal; temporary: string },
  changeset: Changeset,
): Promise<void> {
  // Neither what else has happened on the remote is known, nor where appended rows are there.
  const movedRowids = [...changeset.renumbered, ...changeset.tables.map((t) => t.table.name)];
  const head = { ...journal.purpose, movedRowids };
  const { base, pushed: after } = project.files;
  await createPushRecords({ project, temporary, changeset, before: base.database, after, head }).publish();
  advanceBase(project, temporary, project.files.pushed, {
    ...withMovedRowids(requireBase(project), movedRowids),
    remote: journal.remote,
    fingerprint: null,
  });
  endPush(project.files);
}

function elsewhere({ startedAt, remote }: PushJournal, location: string): TursoSyncError {
  return new TursoSyncError(
    'PUSH_UNDECIDED',
    `A push to ${remote} was cut off (begun at ${startedAt}), and this runs against ${location}.`,
    {
      hint: `Run \`turso-sync dump-push\` against ${remote} first; or \`turso-sync dump-push --resume=repeat\` forgets it.`,
    },
  );
}

function undecided({ startedAt, remote }: PushJournal, there: number, open: number): TursoSyncError {
  return new TursoSyncError(
    'PUSH_UNDECIDED',
    `A push to ${remote} was cut off (begun at ${startedAt}), and others have written since: ${there} of its changes are there, and ${open} are not.`,
    {
      hint: 'A push is never there in part, so someone else did the one or undid the other. Look at the remote; then `turso-sync dump-push --resume=arrived` takes it for arrived, and `--resume=repeat` for not arrived.',
    },
  );
}
