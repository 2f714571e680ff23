import type { Conflict } from '../apply/conflict';
import type { Plan } from '../plan/plan';

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
