import type { Conflict } from '../apply/conflict';
import { isEmpty } from '../changeset/summary';
import type { Plan } from '../plan/plan';
import { planSummary } from '../plan/plan-summary';

/** What a report shows. Names and values in it are not trusted. */
export interface ReportSource {
  /** What it is about, in a few words. */
  readonly title: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** The changes, or null if it is about conflicts only. */
  readonly plan: Plan | null;
  /** What stands in the way of them. */
  readonly conflicts: readonly Conflict[];
}

/** Whether there is nothing to show. */
export function isNothing({ plan, conflicts }: Pick<ReportSource, 'plan' | 'conflicts'>): boolean {
  return conflicts.length === 0 && (plan === null || isEmpty(planSummary(plan.changes)));
}
