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

/** Returns the facts in a plan about its project and the database its changes start from. */
export function planFacts({ environment }: Project, from: Manifest): PlanFacts {
  const { remote, createdAt, fingerprint } = from;
  return { createdAt: new Date().toISOString(), remote, environment, base: { createdAt, fingerprint } };
}

/**
 * Estimates the cost of a push: zero without changes.
 *
 * @param checks - number of checks the remote runs. Their cost is unknown.
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

/**
 * Returns the cost to report in a plan. Null if there is nothing to push, or if the remote is a file and nobody bills.
 */
export function billed(cost: Cost, { remote }: Manifest): Cost | null {
  return cost.rowsRead === 0 || remote.startsWith('file:') ? null : cost;
}

/** Options for judging changes by a policy. */
export interface JudgeOptions {
  /** Whether the changes are a saved plan or become one. */
  readonly isPlan: boolean;
  /** The cost of pushing them. */
  readonly cost: Cost;
  /** Rows the server may write for this push, besides the policy's limit. */
  readonly maxRowsWritten?: number | undefined;
  /** Exceptions from the policy. */
  readonly allow?: readonly string[] | undefined;
  /** The failed checks. Default is none. */
  readonly failedChecks?: readonly FailedCheck[];
  readonly onEvent: OnEvent | undefined;
}

/** Judges changes by the project's policy. Warns if the policy protects something nonexistent or computed. */
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

/** Warns of the findings nobody expects from a push. */
export function warnOfFindings({ findings }: PlanHead, onEvent: OnEvent | undefined): void {
  for (const { code, message } of findings)
    if (code === 'unfit-index') onEvent?.({ type: 'warning', message });
}
