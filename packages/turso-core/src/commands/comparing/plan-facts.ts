import type { OnEvent } from '../../events';
import { isEmpty, summarize } from '../../changeset/summary';
import { estimateCost } from '../../cost/estimate-cost';
import type { Cost, PlanHead, Verdict } from '../../plan/plan';
import type { PlanFacts } from '../../plan/write-plan';
import { parseExceptions } from '../../policy/exceptions';
import { judge, type FailedCheck } from '../../policy/judge';
import { findUnprotected } from '../../policy/find-unprotected';
import type { Project } from '../../project/project';
import type { Manifest } from '../../project/state/manifest';
import type { Comparison } from './compare';

/** What a plan says of its project, and of the database that its changes start from. */
export function planFacts({ environment }: Project, from: Manifest): PlanFacts {
  const { remote, createdAt, fingerprint } = from;
  return { createdAt: new Date().toISOString(), remote, environment, base: { createdAt, fingerprint } };
}

/**
 * What a push of changes is estimated to cost: nothing if there are none.
 *
 * @param checks - how many checks the remote runs, whose cost nobody knows.
 */
export function costOf(
  { comparison, from }: { readonly comparison: Comparison; readonly from: Manifest },
  { checks }: { readonly checks: number },
): Cost {
  const { changeset, before, frozen: after } = comparison;
  if (isEmpty(summarize(changeset))) return { rowsRead: 0, rowsWritten: 0, certainty: 'at-most' };
  const cost = estimateCost({ changeset, before, after, setAside: from.setAside });
  return checks === 0 ? cost : { ...cost, certainty: 'about' };
}

/** The cost that a plan tells: null if nothing is pushed, or to a file, for which nobody bills. */
export function billed(cost: Cost, { remote }: Manifest): Cost | null {
  return cost.rowsRead === 0 || remote.startsWith('file:') ? null : cost;
}

/** How a policy is to judge. */
export interface JudgeOptions {
  /** Whether the changes are a saved plan, or become one. */
  readonly isPlan: boolean;
  /** What a push of them costs. */
  readonly cost: Cost;
  /** Rows that the server may write for this push, besides what the policy says. */
  readonly maxRowsWritten?: number | undefined;
  /** Exceptions from the policy. */
  readonly allow?: readonly string[] | undefined;
  /** The checks that returned rows. Default is none. */
  readonly failedChecks?: readonly FailedCheck[];
  readonly onEvent: OnEvent | undefined;
}

/** What the project's policy says about changes. Warns if it protects what is not there. */
export function verdictOn(
  { policy, environment }: Project,
  { changeset, before, frozen: after }: Comparison,
  { isPlan, cost, maxRowsWritten, allow = [], failedChecks = [], onEvent }: JudgeOptions,
): Verdict {
  const { unknown, computed } = findUnprotected(policy, { before, after });
  if (unknown.length > 0) {
    const message = `The policy protects what is neither in the base nor in the working copy: ${unknown.join(', ')}.`;
    onEvent?.({ type: 'warning', message });
  }
  if (computed.length > 0) {
    const message = `The policy cannot protect columns that SQLite computes: ${computed.join(', ')}. Protect those that they are computed from.`;
    onEvent?.({ type: 'warning', message });
  }
  const judged = { changeset, before, after, environment, isPlan, cost, maxRowsWritten, failedChecks };
  return judge(policy, judged, parseExceptions(allow));
}

/** Warns of what a plan finds that nobody expects of a push. */
export function warnOfFindings({ findings }: PlanHead, onEvent: OnEvent | undefined): void {
  for (const { code, message } of findings)
    if (code === 'unfit-index') onEvent?.({ type: 'warning', message });
}
