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
import { restoresBase } from './restores-base';
import { removeReceipt, settle } from './settle';
import { withUploadSteps } from './upload-steps';

/** Changes to send to the remote. */
export interface SendJob {
  readonly project: Project;
  readonly remote: ProjectRemote;
  /** The manifest of the database the changes start from: the base, or a newer snapshot. */
  readonly from: Manifest;
  readonly temporary: string;
  readonly comparison: Comparison;
  /** The changes as a plan. */
  readonly plan: PlanHead;
  /** The next base, if it differs from the result of the changes. */
  readonly becomes: string | null;
  /** The receipt to keep on the remote, if any. With it, the changes are pushed only once. */
  readonly receipt: string | null;
  readonly policy: ApplyOptions;
  /** The checks the remote runs after the changes. Default is none. */
  readonly checks?: readonly RemoteCheck[];
  readonly purpose?: PushPurpose;
  readonly onEvent: OnEvent | undefined;
}

/** The result of sending. */
export interface Sent extends Resolved {
  /** `refused`: a check returned rows on the remote, and nothing was written. */
  readonly outcome: 'pushed' | 'conflict' | 'refused';
  readonly conflicts: readonly Conflict[];
  /** The checks that returned rows on the remote. */
  readonly failedChecks: readonly FailedCheck[];
  readonly alreadyThere: number;
  readonly notCarried: readonly string[];
  /** The plan of the changes sent, or tried in a dry run; null otherwise. */
  readonly plan: Plan | null;
}

/**
 * Writes changes to the remote in one transaction, and moves the base on. The push journal records each stage. If this
 * run is cut off, the next one can find the outcome.
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
    // The database with the changes is closed next.
    await records.rest();
  }
}

async function sendTo(job: SendJob & { readonly number: number }, records: PushRecords): Promise<Sent> {
  const { project, remote, from, temporary, comparison, policy, purpose, number, checks = [], onEvent } = job;
  const { files } = project;
  const { changeset, frozen } = comparison;
  const { location } = remote;
  // Asked now, because no request is sent while changes are being read. The connection is then ready in time.
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
    // Runs while the remote works.
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
  if (result.outcome !== 'applied') dropPush(files, { number });
  if (result.outcome === 'refused')
    return { ...nothingSent('refused'), failedChecks: await failedOnRemote(remote, checks, result, sent) };
  if (result.outcome === 'conflict') {
    const { conflicts } = result;
    await writeConflicts(job, conflicts, { location, onEvent });
    return { ...nothingSent('conflict'), conflicts };
  }
  if (journal === undefined) throw new Error('A push that was applied without being sent');
  const begun = journal;
  const through = await afterDone(PUSHED, () => notePushed(files, begun, { isThrough: true }));
  const left = await timed(onEvent, 'remove the receipt', () =>
    removeReceipt(remote, through, result.fingerprint),
  );
  warnOfOrphans(result.orphans, onEvent);
  const isComputedAlike = await warnOfComputed(
    remote,
    { changeset, pushed: pushDatabases(files).pushed },
    onEvent,
  );
  if (result.refusesUserVersion) onEvent?.({ type: 'warning', message: VERSION_REFUSED });
  // The base has all of the remote after the push only if it did before.
  const isCurrent = job.becomes === null && before === from.fingerprint && result.resolved.length === 0;
  const fingerprint = isCurrent ? await knownFingerprint(remote, left) : null;
  const movedTables = [...(from.movedRowids ?? []), ...changeset.renumbered, ...result.movedRowids];
  const moved = underNewNames(movedTables, changeset);
  // The fingerprint comes from the transaction itself, so nobody has written in between.
  const isExact =
    fingerprint !== null && left === fingerprint && isComputedAlike && isAllThere(from, result, moved);
  const refused = result.refusesUserVersion ? ({ userVersionStaysLocal: true } as const) : {};
  const { applied: changed, resolved: conflicts } = result;
  const { movedRowids: tables = [] } = withMovedRowids(from, moved);
  const resolved = changed === meant ? null : { changeset: changed, conflicts, movedRowids: tables };
  // No request to the remote follows.
  const used = remote.usage();
  let plan: Plan | null = null;
  try {
    plan = openPlan(
      await timed(onEvent, 'write the records', () => records.publish(resolved, measured(used))),
    );
  } catch (error) {
    // The push is complete. Failing to write files for people and for an undo is no reason to fail.
    const reason = reasonOf(error).replace(/^This change cannot be pushed yet: /, '');
    const message = `The push went through, but \`undo\` cannot take it back. It could not be recorded: ${reason}`;
    onEvent?.({ type: 'warning', message });
  }
  await afterDone(PUSHED, () =>
    settle({
      ...{ project, temporary, journal: through, fingerprint, movedRowids: moved, isExact, refused },
      keepsBefore: restoresBase(job, result, resolved === null),
    }),
  );
  await afterDone(PUSHED, () => removeConflicts(project));
  const { alreadyThere, notCarried } = result;
  const nothingFailed = { conflicts: [], failedChecks: [] };
  return { outcome: 'pushed', ...nothingFailed, ...resolvedIn(result), alreadyThere, notCarried, plan };
}

const PUSHED: Done = {
  message: 'The push went through, but could not be recorded here.',
  hint: 'Fix that, then run `turso-sync push` again: it finds everything there and finishes.',
};

/** Checks whether the result of a push has exactly the remote's rows, if its start did. */
function isAllThere(
  from: Manifest,
  result: { readonly notCarried: readonly string[] },
  movedRowids: readonly string[],
): boolean {
  // A change of definitions may also change objects only the remote has.
  const isPlain = from.setAside.length === 0 && from.userVersionStaysLocal !== true;
  return isPlain && result.notCarried.length === 0 && movedRowids.length === 0;
}

/** Returns the outcome of a push that wrote nothing. */
export function nothingSent<O extends Sent['outcome']>(outcome: O): Sent & { readonly outcome: O } {
  return {
    ...{ outcome, conflicts: [], failedChecks: [], plan: null },
    ...{ ...NONE_RESOLVED, alreadyThere: 0, notCarried: [] },
  };
}

const VERSION_REFUSED =
  'The remote does not let user_version be set. From now on it stays what each side has, and counts as no difference.';

/** Returns the facts in a push's record besides its changes. */
export function pushedAs(purpose: PushPurpose | undefined, becomes: string | null): PushedAs {
  return { undoes: purpose?.undoes ?? null, notInBase: becomes !== null, movedRowids: [] };
}

/**
 * Milliseconds a fingerprint stays valid between the first contact and sending. After that, the remote is asked again:
 * it may be a different one by then. The answer to the push reports what others have written meanwhile.
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

// Checks whether the outcome of a request is unknown. Without an answer, the remote may still have the changes.
function isUncertain(error: unknown, location: string): boolean {
  if (!(error instanceof TursoSyncError)) return true;
  return UNCERTAIN.includes(error.code) && !location.startsWith('file:');
}

/** Describes the sent statements for an event. */
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
    // The push is complete. An unknown fingerprint only makes the next status less certain.
    return null;
  }
}
