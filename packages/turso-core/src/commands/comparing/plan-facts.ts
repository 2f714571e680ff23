import type { OnEvent } from '../../events';
import type { PlanHead, Verdict } from '../../plan/plan';
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

/** How a policy is to judge. */
export interface JudgeOptions {
  /** Whether the changes are a saved plan, or become one. */
  readonly isPlan: boolean;
  /** Exceptions from the policy. */
  readonly allow?: readonly string[] | undefined;
  /** The checks that returned rows. Default is none. */
  readonly failedChecks?: readonly FailedCheck[];
  readonly onEvent: OnEvent | undefined;
}

/** What the project's policy says about changes. Warns if it protects what is not there. */
export function verdictOn(
  { policy }: Project,
  { changeset, before, frozen: after }: Comparison,
  { isPlan, allow = [], failedChecks = [], onEvent }: JudgeOptions,
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
  return judge(policy, { changeset, before, after, isPlan, failedChecks }, parseExceptions(allow));
}

/** Warns of what a plan finds that nobody expects of a push. */
export function warnOfFindings({ findings }: PlanHead, onEvent: OnEvent | undefined): void {
  for (const { code, message } of findings)
    if (code === 'unfit-index') onEvent?.({ type: 'warning', message });
}
