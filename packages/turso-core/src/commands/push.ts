import { isUnreachable } from '../errors';
import type { Conflict } from '../apply/conflict';
import { countRows, isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { withRemote } from '../project/with-remote';
import { withMovedRowids, type Manifest } from '../project/state/manifest';
import type { Project } from '../project/project';
import type { ProjectRemote, RemoteOptions } from '../project/connect-to';
import { withTemporary } from '../project/state/temporary';
import { moveBase } from './sending/advance-base';
import { requireBase, withComparison } from './comparing/compare';
import { billed, costOf, planFacts, verdictOn, warnOfFindings } from './comparing/plan-facts';
import { openPlan } from '../plan/open-plan';
import { parseExceptions } from '../policy/exceptions';
import type { Plan, PlanHead, Verdict } from '../plan/plan';
import { describePlan } from '../plan/write-plan';
import { NONE_RESOLVED, policyOf, type ConflictOptions, type Resolved } from './conflicts/conflict-options';
import { removeConflicts } from './conflicts/conflicts-file';
import { changesIn, writeChanges } from './comparing/written-changes';
import { readChecks } from '../checks/read-checks';
import { timed, type VerbOptions } from '../events';
import { finishPush, type ResumeOptions } from './recovery/finish-push';
import { checksForRemote, failedIn } from './sending/checks-of-push';
import { claimPlans } from './sending/claim-plans';
import { staleFor, withPlan, type PlannedChanges } from './sending/plan';
import { finishPull } from './recovery/finish-pull';
import { takeSnapshot } from './fetching/take-snapshot';
import {
  fitAccepted,
  mayMoveBase,
  requireStart,
  startFromSibling,
  withPrivateBase,
} from './starting/first-use';
import { send, type SendJob, type Sent } from './sending/send';
import { tryOut } from './sending/try-out';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `push`. */
export interface PushOptions extends ConflictOptions, ResumeOptions, RemoteOptions, VerbOptions {
  /** A plan saved by `diff`. The push sends exactly its changes, even if the working copy has changed since. */
  readonly plan?: string;
  /**
   * Finds and reports the changes and the outcome of the push, and writes nothing. The remote applies the changes and
   * rolls them back. Default is false.
   */
  readonly dryRun?: boolean;
  /**
   * Exceptions from the project's policy for this push. Each is the name of a rule, as in `deleteAllRows`, or of a rule
   * and one table, as in `deleteAllRows:drafts`. Default is none.
   */
  readonly allow?: readonly string[];
  /**
   * Runs the project's checks on the remote too, after the changes and before the commit. If a check returns rows,
   * nothing is written. Default is the config's `checksOnRemote`; false cannot overrule the config.
   */
  readonly checksOnRemote?: boolean;
  /**
   * Rows the server may write for this push, index entries included, 1 or more. A more costly push is refused, as with
   * the policy's `maxRowsWritten`. The lower of both limits counts. Default is the policy's limit.
   */
  readonly maxRowsWritten?: number;
}

/** Result of `push`. */
export interface PushResult extends Resolved, VerbResult {
  /**
   * - `pushed`: the remote has all changes.
   * - `nothing`: there was nothing to push.
   * - `dry-run`: a dry run of a push without obstacles.
   * - `conflict`: someone changed the same on the remote. Nothing was written, neither there nor here.
   * - `refused`: the policy or a check does not allow the push, as the plan's verdict says. Nothing was written.
   */
  readonly outcome: 'pushed' | 'nothing' | 'dry-run' | 'conflict' | 'refused';
  /** The changes in numbers. */
  readonly changes: ChangeSummary;
  /**
   * The changes written to the remote. After a dry run or a refusal, the changes it would have written. Null if nothing
   * was written or an earlier run made the push. If conflicts were resolved, the plan has the outcome, and
   * {@link changes} the intended changes.
   */
  readonly plan: Plan | null;
  /** All conflicts; also in `conflicts.json`. */
  readonly conflicts: readonly Conflict[];
  /** Row changes the remote already had, from a push whose answer was lost or from someone else. */
  readonly alreadyThere: number;
  /** Changes the remote does not accept. */
  readonly notCarried: readonly string[];
}

/**
 * Finds the changes in the working copy since its base and writes exactly these to the remote, in one transaction. If
 * someone else has changed the same, it writes nothing. Afterwards the pushed state is the base. The push only reads
 * the working copy.
 *
 * An earlier push may have been cut off. If it reached the remote, this push finishes it first. If the project's policy
 * does not allow a push, it is refused and nothing is sent.
 *
 * Throws the `REMOTE_*`, `BASE_*` and `WORKING_COPY_*` codes, UNSUPPORTED_CHANGE, VALUE_TOO_LARGE, PUSH_UNDECIDED,
 * PLAN_STALE, PLAN_TOO_NEW, CHANGES_UNREADABLE, CHECK_INVALID, CHECK_TIMEOUT and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, push } from 'turso-core';
 *
 * const result = await push(await loadProject({ cwd: 'apps/mailer' }));
 * if (result.outcome === 'conflict') console.error(result.conflicts);
 * ```
 */
export const push = verb<[options?: PushOptions], PushResult>('push', pushWith);

async function pushWith(project: Project, options: PushOptions): Promise<Own<PushResult>> {
  parseExceptions(options.allow ?? []);
  // Only for a better message: without a start, there is no folder to lock.
  requireStart(project);
  const { acceptRemote, onEvent, signal } = options;
  return withRemote(project, 'push', { acceptRemote, onEvent, signal }, async (remote) => {
    // A different remote is refused even if there is nothing to send. An unreachable remote is no problem then.
    await identifyIfReachable(remote);
    const isPrivate = options.dryRun === true && mayMoveBase(project, acceptRemote === true);
    const work = (own: Project): Promise<Own<PushResult>> => pushTo(own, remote, options);
    return isPrivate ? withPrivateBase(project, work) : work(project);
  });
}

async function pushTo(
  project: Project,
  remote: ProjectRemote,
  options: PushOptions,
): Promise<Own<PushResult>> {
  const { acceptRemote, onEvent } = options;
  const take = (): Promise<Manifest> => takeSnapshot(project, remote, { onEvent });
  await startFromSibling(project, take, onEvent);
  if (acceptRemote === true) await fitAccepted(project, take, onEvent);
  await finishPull(project, onEvent);
  const finished = options.dryRun === true ? null : await finishPush(project, remote, options);
  const result = await withTemporary(project.files.directory, (temporary) => {
    const context = { project, remote, temporary, options };
    return withChanges(context, (planned) => {
      if (planned !== null) return pushChanges(context, planned);
      if (options.dryRun !== true) removeConflicts(project);
      return nothing(NO_CHANGES);
    });
  });
  return finished !== null && result.outcome === 'nothing' ? found(finished) : result;
}

async function identifyIfReachable(remote: ProjectRemote): Promise<void> {
  try {
    await remote.identify();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
  }
}

interface Context {
  readonly project: Project;
  readonly remote: ProjectRemote;
  readonly temporary: string;
  readonly options: PushOptions;
}

/** Passes on the changes of the working copy, or those of a plan. */
async function withChanges<T>(
  { project, remote, temporary, options: { plan, onEvent, dryRun = false } }: Context,
  work: (planned: PlannedChanges | null) => T | Promise<T>,
): Promise<T> {
  if (plan !== undefined) return withPlan({ project, remote, temporary, onEvent }, plan, work);
  if (!dryRun) await claimPlans(project, remote);
  const from = requireBase(project);
  return withComparison(
    project,
    temporary,
    (comparison) => work(comparison && { from, comparison, becomes: null, receipt: null }),
    onEvent,
  );
}

async function pushChanges(context: Context, planned: PlannedChanges): Promise<Own<PushResult>> {
  const { project, remote, temporary, options } = context;
  const { changeset, frozen } = planned.comparison;
  const { onEvent, plan } = options;
  const changes = await timed(onEvent, 'count', (onProgress) => {
    const summary = summarize(changeset);
    const rows = countRows(summary.total);
    onProgress({ done: rows, total: rows, unit: 'rows' });
    return summary;
  });
  const checks = isEmpty(changes) ? [] : readChecks(project.checks);
  const failedChecks = await failedIn(project, frozen, checks, onEvent);
  const onRemote = checksForRemote(project, checks, options);
  const cost = await timed(onEvent, 'estimate the cost', () => costOf(planned, { checks: onRemote.length }));
  const { allow, maxRowsWritten } = options;
  const judgedBy = { isPlan: plan !== undefined, cost, allow, maxRowsWritten };
  const verdict = verdictOn(project, planned.comparison, { ...judgedBy, failedChecks, onEvent });
  const described = describePlan(changeset, {
    ...planFacts(project, planned.from),
    leftOut: planned.comparison.leftOut,
    cost: billed(cost, planned.from),
    verdict,
  });
  warnOfFindings(described, onEvent);
  if (isEmpty(changes)) {
    if (options.dryRun !== true) removeConflicts(project);
    // The bytes differ, the content does not. A new base spares the next comparison the work.
    if (options.dryRun !== true && plan === undefined)
      moveBase(project, temporary, frozen, withMovedRowids(planned.from, changeset.renumbered));
    return nothing(changes);
  }
  const refuse = async (refusal: Verdict): Promise<Own<PushResult>> => {
    const plan = await written(context, planned, { ...described, verdict: refusal });
    return { ...nothing(changes), outcome: 'refused', plan };
  };
  if (verdict.outcome === 'refused') return refuse(verdict);
  if (changes.schema.length > 0) await timed(onEvent, 'rehearse', () => planned.comparison.rehearse());
  const job = {
    ...{ project, remote, temporary, ...planned, plan: described, policy: policyOf(options), onEvent },
    checks: onRemote,
  };
  // The `nothing` answer above reports its cost itself.
  if (described.cost !== null && options.dryRun !== true) onEvent?.({ type: 'cost', ...described.cost });
  const sent = options.dryRun === true ? await tryDry(job) : await send(job);
  if (sent.outcome === 'refused') {
    const failed = [...failedChecks, ...sent.failedChecks];
    const facts = { ...judgedBy, failedChecks: failed, onEvent: undefined };
    return refuse(verdictOn(project, planned.comparison, facts));
  }
  if (plan !== undefined && sent.outcome === 'conflict')
    throw await staleFor({ project, temporary, onEvent }, plan, sent.conflicts);
  const { failedChecks: _, ...result } = sent;
  return {
    changes,
    ...result,
    notCarried: sent.outcome === 'conflict' ? changes.notCarried : sent.notCarried,
  };
}

/** Tries a push out. Writes the files about its changes, and nothing else. */
async function tryDry(
  job: SendJob,
): Promise<Omit<Sent, 'outcome'> & { outcome: 'dry-run' | 'conflict' | 'refused' }> {
  const plan = await written(job, job, job.plan);
  return { ...(await tryOut(job)), plan };
}

/** Writes the files about the changes, and opens their plan. */
async function written(
  { project, temporary }: Pick<Context, 'project' | 'temporary'>,
  { comparison }: Pick<PlannedChanges, 'comparison'>,
  plan: PlanHead,
): Promise<Plan> {
  await writeChanges(temporary, comparison.changeset, plan);
  return openPlan(changesIn(temporary, project).publish().json);
}

function nothing(changes: ChangeSummary): Own<PushResult> {
  const { notCarried } = changes;
  return {
    outcome: 'nothing',
    changes,
    plan: null,
    conflicts: [],
    ...NONE_RESOLVED,
    alreadyThere: 0,
    notCarried,
  };
}

/** Returns the result for a push found to have reached the remote earlier. */
function found(changes: ChangeSummary): Own<PushResult> {
  return { ...nothing(changes), outcome: 'pushed', alreadyThere: countRows(changes.total) };
}
