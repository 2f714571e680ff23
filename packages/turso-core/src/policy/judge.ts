import type { Changeset } from '../changeset/model';
import type { BrokenRule, Cost, Verdict } from '../plan/plan';
import { isExcepted, type Exception } from './exceptions';
import { findFacts, type Facts } from './facts';
import type { Policy, RuleName } from './policy';
import type { Breach } from './breach';
import { costRule } from './cost-rule';
import { countRules } from './count-rules';
import { lossRules } from './loss-rules';
import { protectionRules } from './protection-rules';

/** What a policy judges. */
export interface Judged {
  readonly changeset: Changeset;
  /** The files of the two databases that it was found in. */
  readonly before: string;
  readonly after: string;
  /** Whether it is a saved plan that is pushed, or saved. */
  readonly isPlan: boolean;
  /** The environment that it is for; null for the one without a name. Default is null. */
  readonly environment?: string | null;
  /** What it costs. */
  readonly cost: Cost;
  /** Rows that the server may write for this push. Default is what the policy says, and the lower of both counts. */
  readonly maxRowsWritten?: number | undefined;
  /** The checks that returned rows. Default is none. */
  readonly failedChecks?: readonly FailedCheck[];
}

/** A check that returned rows. */
export interface FailedCheck {
  readonly name: string;
  readonly rows: number;
  readonly hasMore: boolean;
  /** Whether the remote returned them, within the push. Default is false. */
  readonly onRemote?: boolean;
}

/** Says whether a policy lets changes be pushed, and which rules they break. */
export function judge(policy: Policy, judged: Judged, exceptions: readonly Exception[] = []): Verdict {
  const facts = findFacts(judged);
  const ofTables = exceptions.filter((e) => e.table !== null);
  const isExempt = (rule: RuleName, table: string): boolean => isExcepted(ofTables, rule, table);
  const breaches = [
    ...lossRules(policy, facts),
    ...countRules(policy, facts, isExempt),
    ...costRule(policy, judged),
    ...protectionRules(policy, facts),
    ...planRule(policy, judged, facts),
    ...(judged.failedChecks ?? []).map(checkRule),
  ];
  const isAllowed = ({ rule, table, check }: Breach): boolean => isExcepted(exceptions, rule, check ?? table);
  const broken = breaches.filter((breach) => !isAllowed(breach)).map(brokenRule);
  const excepted = breaches.filter(isAllowed).map(brokenRule);
  return { outcome: broken.length === 0 ? 'allowed' : 'refused', broken, excepted };
}

/** The verdict on a push of nothing. */
export const NOTHING_BROKEN: Verdict = { outcome: 'allowed', broken: [], excepted: [] };

function planRule(
  { requirePlan = false }: Policy,
  { isPlan, environment = null }: Judged,
  { isEmpty }: Facts,
): Breach[] {
  if (!requirePlan || isPlan || isEmpty) return [];
  return [{ rule: 'requirePlan', table: null, message: noPlan(environment) }];
}

function noPlan(environment: string | null): string {
  const env = environment === null ? '' : ` --env ${environment}`;
  return `These changes are no saved plan. \`turso-sync diff${env} --save <file>\` makes one to review, and \`turso-sync push${env} --plan <file>\` pushes it.`;
}

function checkRule({ name, rows, hasMore, onRemote = false }: FailedCheck): Breach {
  const how = hasMore ? `${rows} rows or more` : rows === 1 ? '1 row' : `${rows} rows`;
  const where = onRemote ? ` on the remote, with these changes` : '';
  const message = `The check ${name} returned ${how}${where}, and must return none.${onRemote ? SHOW : ''}`;
  return { rule: 'check', table: null, check: name, count: rows, limit: 0, message };
}

const SHOW = ' `turso-sync pull`, then `turso-sync check` shows them.';

function brokenRule({ rule, table, check, count, limit, message }: Breach): BrokenRule {
  const about = check ?? table;
  const exception = about === null ? rule : `${rule}:${about}`;
  return { rule, table, count: count ?? null, limit: limit ?? null, message, exception };
}
