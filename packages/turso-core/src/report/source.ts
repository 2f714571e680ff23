import type { Conflict } from '../apply/conflict';
import { isEmpty } from '../changeset/summary';
import type { Plan } from '../plan/plan';
import { planSummary } from '../plan/plan-summary';

/** The content of a report. Its names and values are not trusted. */
export interface ReportSource {
  /** The subject, in a few words. */
  readonly title: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** The changes, or null if the report is about conflicts only. */
  readonly plan: Plan | null;
  /** The conflicts that stop the changes. */
  readonly conflicts: readonly Conflict[];
}

/** Checks whether there is nothing to show. */
export function isNothing({ plan, conflicts }: Pick<ReportSource, 'plan' | 'conflicts'>): boolean {
  return conflicts.length === 0 && (plan === null || isEmpty(planSummary(plan.changes)));
}
