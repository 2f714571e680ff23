import { apply, type ApplyOptions } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';
import type { Plan } from '../../apply/plan/plan';
import { asOnRemote } from '../../changeset/as-on-remote';
import { underNewNames } from '../../changeset/schema/under-new-names';
import { TursoSyncError } from '../../errors';
import type { Remote } from '../../remote/remote';
import { withMovedRowids, type Manifest } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { beginPush, endPush, type PushPurpose } from '../../project/state/push-journal';
import { advanceBase } from './advance-base';
import type { Comparison } from '../comparing/compare';
import { NONE_RESOLVED, resolvedIn, type Resolved } from '../conflicts/conflict-options';
import { removeConflicts, writeConflicts } from '../conflicts/conflicts-file';
import { warnOfOrphans } from '../conflicts/orphan-warnings';
import { connectTo } from '../../project/connect-to';
import { timed, type CoreEvent, type OnEvent } from '../../events';
import { createPushRecords, type PushRecords } from './push-records';

/** Changes that are to be put on the remote. */
export interface SendJob {
  readonly project: Project;
  /** The manifest of the base that the changes start from. */
  readonly base: Manifest;
  readonly temporary: string;
  /** The changes; the frozen copy becomes the base. */
  readonly comparison: Comparison;
  readonly policy: ApplyOptions;
  readonly purpose?: PushPurpose;
  readonly onEvent: OnEvent | undefined;
}

/** How it went. */
export interface Sent extends Resolved {
  readonly status: 'pushed' | 'conflict';
  readonly conflicts: readonly Conflict[];
  readonly alreadyThere: number;
  readonly notCarried: readonly string[];
}

/**
 * Puts changes on the remote in one transaction, and makes what was sent the base. What is under way is noted in the push
 * journal, so that the next run can find out how it ended, whatever happens to this one.
 */
export async function send(job: SendJob): Promise<Sent> {
  const { project, base, onEvent } = job;
  const remote = connectTo(project);
  onEvent?.({ type: 'connect', location: remote.location });
  if (remote.location !== base.remote) onEvent?.(elsewhere(base, remote));
  const { temporary, comparison, purpose: head } = job;
  const { changeset, frozen: after } = comparison;
  const before = project.files.base.database;
  const records = createPushRecords({ project, temporary, changeset, before, after, head });
  try {
    return await sendTo(remote, job, records);
  } finally {
    await remote.close();
  }
}

async function sendTo(remote: Remote, job: SendJob, records: PushRecords): Promise<Sent> {
  const { project, base, temporary, comparison, policy, onEvent } = job;
  const { changeset, frozen } = comparison;
  const { location } = remote;
  // Now, since requests do not leave while changes are being read, and the connection is there when they are.
  const before = await remote.fingerprint();
  const onSend = (plan: Plan): void => {
    if (journal === 'none')
      beginPush(project.files, frozen, {
        remote: location,
        fingerprint: before,
        base: base.createdAt,
        purpose: job.purpose,
      });
    journal = 'open';
    onEvent?.({ type: 'transaction', ...describe(plan) });
    // While the remote works.
    records.begin();
  };
  let journal: 'none' | 'open' = 'none';
  const meant = asOnRemote(changeset, base.setAside);
  const movedRowids = new Set(base.movedRowids);
  const applied = timed(onEvent, 'push', () =>
    apply(meant, remote, { ...policy, movedRowids, onSend, since: base.fingerprint }),
  );
  const result = await applied.catch((error: unknown) => {
    if (!isUncertain(error, location)) endPush(project.files);
    throw error;
  });
  if (result.status === 'conflict') {
    const { conflicts } = result;
    endPush(project.files);
    await writeConflicts(job, conflicts, { location, onEvent });
    return { status: 'conflict', conflicts, ...NONE_RESOLVED, alreadyThere: 0, notCarried: [] };
  }
  warnOfOrphans(result.orphans, onEvent);
  if (result.refusesUserVersion) onEvent?.({ type: 'warning', message: VERSION_REFUSED });
  // Only a base that had all of the remote before the push has all of it afterwards.
  const isCurrent = before === base.fingerprint;
  const fingerprint = isCurrent ? await knownFingerprint(remote, result.fingerprint) : null;
  const movedTables = [...(base.movedRowids ?? []), ...changeset.renumbered, ...result.movedRowids];
  const moved = withMovedRowids(base, underNewNames(movedTables, changeset));
  const refused = result.refusesUserVersion ? ({ userVersionStaysLocal: true } as const) : {};
  advanceBase(project, temporary, project.files.pushed, {
    ...moved,
    ...refused,
    remote: location,
    fingerprint,
  });
  endPush(project.files);
  removeConflicts(project);
  const { applied: changed, resolved: conflicts } = result;
  const { movedRowids: tables } = moved;
  const resolved = changed === meant ? null : { changeset: changed, conflicts, movedRowids: tables };
  try {
    await records.publish(resolved);
  } catch (error) {
    // The push is through: files for people to read, and for an undo, are not worth a failure.
    onEvent?.({ type: 'warning', message: `What was pushed was not noted: ${(error as Error).message}` });
  }
  const { alreadyThere, notCarried } = result;
  return { status: 'pushed', conflicts: [], ...resolvedIn(result), alreadyThere, notCarried };
}

const VERSION_REFUSED =
  'The remote does not let user_version be set. From now on it stays what each side has, and counts as no difference.';

// Guards hold there as well; but a push to production of what was meant for staging would be a surprise.
function elsewhere(base: Manifest, remote: Remote): CoreEvent {
  return {
    type: 'warning',
    message: `The base was taken from ${base.remote}, and this push goes to ${remote.location}.`,
  };
}

const UNCERTAIN: readonly string[] = [
  'REMOTE_INTERRUPTED',
  'REMOTE_FAILED',
  'REMOTE_NOT_LIBSQL',
  'REMOTE_REDIRECTED',
  'REMOTE_UNREACHABLE',
  'RESPONSE_TOO_LARGE',
];

// Where the answer is missing, what was sent may be there nevertheless.
function isUncertain(error: unknown, location: string): boolean {
  if (!(error instanceof TursoSyncError)) return true;
  return UNCERTAIN.includes(error.code) && !location.startsWith('file:');
}

function describe({ statements }: Plan): {
  statements: number;
  batches: NonNullable<Plan['statements'][number]['carries']>[];
} {
  return { statements: statements.length, batches: statements.flatMap((s) => s.carries ?? []) };
}

async function knownFingerprint(remote: Remote, told: string | null | undefined): Promise<string | null> {
  if (told !== undefined) return told;
  try {
    return await remote.fingerprint();
  } catch {
    // The push is through; not knowing the mark only makes the next status less certain.
    return null;
  }
}
