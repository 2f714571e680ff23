import { apply, type ApplyOptions } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';
import { withReceipt } from '../../apply/receipt';
import { asOnRemote } from '../../changeset/as-on-remote';
import type { RemoteCheck } from '../../checks/remote-checks';
import { measured } from '../../plan/measured';
import { openPlan } from '../../plan/open-plan';
import type { Plan, PlanHead, PushedAs } from '../../plan/plan';
import type { FailedCheck } from '../../policy/judge';
import { underNewNames } from '../../changeset/schema/under-new-names';
import { reasonOf, TursoSyncError } from '../../errors';
import type { Remote } from '../../remote/remote';
import type { Statement } from '../../sqlite/statement';
import { nameReceipt } from '../../sqlite/receipt';
import { withMovedRowids, type Manifest } from '../../project/state/manifest';
import type { Project } from '../../project/project';
import {
  beginPush,
  dropPush,
  notePushed,
  pushDatabases,
  type PushJournal,
  type PushPurpose,
} from '../../project/state/push-journal';
import { nextPush } from '../../project/state/pushes';
import { requireBase, type Comparison } from '../comparing/compare';
import { NONE_RESOLVED, resolvedIn, type Resolved } from '../conflicts/conflict-options';
import { removeConflicts, writeConflicts } from '../conflicts/conflicts-file';
import { warnOfOrphans } from '../conflicts/orphan-warnings';
import { warnOfComputed } from '../comparing/written-computed';
import type { ProjectRemote } from '../../project/connect-to';
import { timed, type OnEvent } from '../../events';
import { afterDone, type Done } from '../reporting/half-done';
import { createPushRecords, type PushRecords } from './push-records';
import { failedOnRemote } from './failed-on-remote';
import { removeReceipt, settle } from './settle';
import { withUploadSteps } from './upload-steps';

/** Changes that are to be put on the remote. */
export interface SendJob {
  readonly project: Project;
  readonly remote: ProjectRemote;
  /** The manifest of the database that the changes start from: the base, or a newer snapshot. */
  readonly from: Manifest;
  readonly temporary: string;
  readonly comparison: Comparison;
  /** The changes as a plan. */
  readonly plan: PlanHead;
  /** What the base becomes, if it is not what the changes end in. */
  readonly becomes: string | null;
  /** The receipt that stays on the remote, if there is one: then the changes are pushed once only. */
  readonly receipt: string | null;
  readonly policy: ApplyOptions;
  /** The checks that the remote is to run behind the changes. Default is none. */
  readonly checks?: readonly RemoteCheck[];
  readonly purpose?: PushPurpose;
  readonly onEvent: OnEvent | undefined;
}

/** How it went. */
export interface Sent extends Resolved {
  /** `refused`: a check returned rows on the remote, so that nothing was written. */
  readonly status: 'pushed' | 'conflict' | 'refused';
  readonly conflicts: readonly Conflict[];
  /** The checks that returned rows on the remote. */
  readonly failedChecks: readonly FailedCheck[];
  readonly alreadyThere: number;
  readonly notCarried: readonly string[];
  /** The plan of what was sent, or would be; null if nothing was. */
  readonly plan: Plan | null;
}

/**
 * Puts changes on the remote in one transaction, and moves the base on. What is under way is noted in the push journal, so
 * that the next run can find out how it ended, whatever happens to this one.
 */
export async function send(job: SendJob): Promise<Sent> {
  const { project, temporary, comparison, purpose } = job;
  const { changeset, before, frozen: after, leftOut } = comparison;
  const plan = { ...job.plan, pushed: pushedAs(purpose, job.becomes) };
  const number = nextPush(project.files);
  const records = createPushRecords({ project, temporary, changeset, before, after, plan, leftOut, number });
  try {
    return await sendTo({ ...job, number }, records);
  } finally {
    // The database that the changes are read from is closed next.
    await records.rest();
  }
}

async function sendTo(job: SendJob & { readonly number: number }, records: PushRecords): Promise<Sent> {
  const { project, remote, from, temporary, comparison, policy, purpose, number, checks = [], onEvent } = job;
  const { files } = project;
  const { changeset, frozen } = comparison;
  const { location } = remote;
  // Now, since requests do not leave while changes are being read, and the connection is there when they are.
  const before = await remote.fingerprint({ goodFor: MARK_GOOD_FOR });
  const receipt = job.receipt ?? nameReceipt();
  const keepsReceipt = job.receipt !== null;
  let journal: PushJournal | undefined;
  let sent: readonly Statement[] = [];
  const onSend = (statements: readonly Statement[]): void => {
    const start = comparison.before === files.base.database ? null : comparison.before;
    const base = requireBase(project).createdAt;
    const known = {
      ...{ remote: location, fingerprint: before, base, number, purpose },
      ...{ receipt, keepsReceipt, upload: remote.upload },
    };
    journal ??= beginPush(files, { from: start, pushed: frozen, becomes: job.becomes }, known);
    sent = statements;
    onEvent?.({ type: 'transaction', ...describeStatements(statements) });
    // While the remote works.
    records.begin();
  };
  const target = withReceipt(withUploadSteps(remote, onEvent), receipt, () => {
    if (journal !== undefined) journal = notePushed(files, journal, { receipt: null });
  });
  const meant = asOnRemote(changeset, from.setAside);
  const movedRowids = new Set(from.movedRowids);
  const applied = timed(onEvent, 'push', () =>
    apply(meant, target, {
      ...policy,
      movedRowids,
      onSend,
      folder: temporary,
      since: from.fingerprint,
      checks: checks.map((check) => check.statement),
    }),
  );
  const result = await applied.catch((error: unknown) => {
    if (!isUncertain(error, location)) dropPush(files, { number });
    throw error;
  });
  if (result.status !== 'applied') dropPush(files, { number });
  if (result.status === 'refused')
    return { ...nothingSent('refused'), failedChecks: await failedOnRemote(remote, checks, result, sent) };
  if (result.status === 'conflict') {
    const { conflicts } = result;
    await writeConflicts(job, conflicts, { location, onEvent });
    return { ...nothingSent('conflict'), conflicts };
  }
  if (journal === undefined) throw new Error('A push that was applied without being sent');
  const begun = journal;
  const through = await afterDone(PUSHED, () => notePushed(files, begun, { isThrough: true }));
  const mark = await timed(onEvent, 'remove the receipt', () =>
    removeReceipt(remote, through, result.fingerprint),
  );
  warnOfOrphans(result.orphans, onEvent);
  const isComputedAlike = await warnOfComputed(
    remote,
    { changeset, pushed: pushDatabases(files).pushed },
    onEvent,
  );
  if (result.refusesUserVersion) onEvent?.({ type: 'warning', message: VERSION_REFUSED });
  // Only a base that had all of the remote before the push has all of it afterwards.
  const isCurrent = job.becomes === null && before === from.fingerprint && result.resolved.length === 0;
  const fingerprint = isCurrent ? await knownFingerprint(remote, mark) : null;
  const movedTables = [...(from.movedRowids ?? []), ...changeset.renumbered, ...result.movedRowids];
  const moved = underNewNames(movedTables, changeset);
  // Told by the transaction itself, so that nobody has written in between.
  const isExact =
    fingerprint !== null && mark === fingerprint && isComputedAlike && isAllThere(from, result, moved);
  const refused = result.refusesUserVersion ? ({ userVersionStaysLocal: true } as const) : {};
  const { applied: changed, resolved: conflicts } = result;
  const { movedRowids: tables = [] } = withMovedRowids(from, moved);
  const resolved = changed === meant ? null : { changeset: changed, conflicts, movedRowids: tables };
  // Nothing is asked of the remote after this.
  const used = remote.usage();
  let plan: Plan | null = null;
  try {
    plan = openPlan(
      await timed(onEvent, 'write the records', () => records.publish(resolved, measured(used))),
    );
  } catch (error) {
    // The push is through: files for people to read, and for an undo, are not worth a failure.
    const reason = reasonOf(error).replace(/^This change cannot be pushed yet: /, '');
    const message = `The push went through, but \`undo\` cannot take it back. It could not be recorded: ${reason}`;
    onEvent?.({ type: 'warning', message });
  }
  await afterDone(PUSHED, () =>
    settle({ project, temporary, journal: through, fingerprint, movedRowids: moved, isExact, refused }),
  );
  await afterDone(PUSHED, () => removeConflicts(project));
  const { alreadyThere, notCarried } = result;
  const nothingFailed = { conflicts: [], failedChecks: [] };
  return { status: 'pushed', ...nothingFailed, ...resolvedIn(result), alreadyThere, notCarried, plan };
}

const PUSHED: Done = {
  message: 'The push went through, but could not be recorded here.',
  hint: 'Fix that, then run `turso-sync push` again: it finds everything there and finishes.',
};

/** Whether what a push leaves has just the rows of the remote, if what it started from had. */
function isAllThere(
  from: Manifest,
  result: { readonly notCarried: readonly string[] },
  movedRowids: readonly string[],
): boolean {
  // What stays on the remote alone may be changed by a change of definitions.
  const isPlain = from.setAside.length === 0 && from.userVersionStaysLocal !== true;
  return isPlain && result.notCarried.length === 0 && movedRowids.length === 0;
}

/** How a push ended that has written nothing. */
export function nothingSent<S extends Sent['status']>(status: S): Sent & { readonly status: S } {
  return {
    ...{ status, conflicts: [], failedChecks: [], plan: null },
    ...{ ...NONE_RESOLVED, alreadyThere: 0, notCarried: [] },
  };
}

const VERSION_REFUSED =
  'The remote does not let user_version be set. From now on it stays what each side has, and counts as no difference.';

/** What the record of a push tells beside what it changed. */
export function pushedAs(purpose: PushPurpose | undefined, becomes: string | null): PushedAs {
  return { undoes: purpose?.undoes ?? null, notInBase: becomes !== null, movedRowids: [] };
}

/**
 * Milliseconds between the first contact and the sending after which the remote is looked at once more: it may be another one by then.
 * What others have written meanwhile, the answer to the push tells.
 */
const MARK_GOOD_FOR = 1000;

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

/** What is sent, for an event. */
export function describeStatements(statements: readonly Statement[]): {
  statements: number;
  batches: NonNullable<Statement['carries']>[];
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
