import type { BrokenRule, Verdict } from '../plan/plan';
import { shown } from './shown';
import { count } from './units';

/** Broken rules that are printed; all of them are in the plan. */
const SHOWN = 20;

/** Exceptions that are printed with their tables; if there are more, their rules are. */
const FEW = 5;

/** Why a push was refused, and what would allow it. */
export function refusalLines(verdict: Verdict | null): string[] {
  const broken = verdict?.broken ?? [];
  return ['Refused by the policy: nothing was written. These rules forbid it:', ...explained(broken)];
}

/** What a push would be refused for, and what would allow it; empty if the policy allows it. */
export function warningLines(verdict: Verdict | null): string[] {
  if (verdict === null || verdict.outcome === 'allowed') return [];
  const isOnlyUnsaved = verdict.broken.every(isUnsaved);
  return [
    isOnlyUnsaved ? 'To be pushed, this has to be a saved plan:' : 'These rules refuse to push this:',
    ...explained(verdict.broken),
  ];
}

/** The rules that a push broke with leave; empty if it broke none. */
export function exceptionLines(verdict: Verdict | null): string[] {
  return (verdict?.excepted ?? []).slice(0, SHOWN).map((broken) => `Allowed this time: ${ruleText(broken)}`);
}

function explained(broken: readonly BrokenRule[]): string[] {
  const more = broken.length - SHOWN;
  return [
    ...broken.slice(0, SHOWN).map((rule) => `  ${ruleText(rule)}`),
    ...(more > 0 ? [`  ... and ${count(more, 'more rule')} (all of them are in changes.json)`] : []),
    ...waysLines({ broken }),
  ];
}

/** What would allow a push that breaks rules; empty if it breaks none. */
export function waysLines(verdict: Pick<Verdict, 'broken'> | null): string[] {
  const broken = (verdict?.broken ?? []).filter((rule) => !isUnsaved(rule));
  if (broken.length === 0) return [];
  return [`If you mean it, push with ${exceptions(broken)}, or ${otherWays(broken)}.`];
}

/** Whether it asks for a saved plan. Its message says how to make one: that is the way, and not an exception. */
function isUnsaved({ rule }: BrokenRule): boolean {
  return rule === 'requirePlan';
}

/** What allows a push besides exceptions. */
function otherWays(broken: readonly BrokenRule[]): string {
  const rules = new Set(broken.map(({ rule }) => rule));
  const ways = [
    ...(rules.delete('check') ? ['fix what the checks return'] : []),
    ...(rules.delete('maxRowsWritten') ? ['raise the limit'] : []),
    ...(rules.size > 0 ? ['change "policy" in the config'] : []),
  ];
  return ways.join(' and ');
}

/** A broken rule with its name. */
export function ruleText({ rule, message }: BrokenRule): string {
  return shown(`${rule}: ${message}`);
}

function exceptions(broken: readonly BrokenRule[]): string {
  const names = broken.length > FEW ? broken.map((b) => b.rule) : broken.map((b) => b.exception);
  return [...new Set(names)].map((name) => shown(`--allow ${quoted(name)}`)).join(' ');
}

/** A word for a shell. */
function quoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
