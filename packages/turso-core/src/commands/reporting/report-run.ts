import type { OnEvent } from '../../events';
import { measured } from '../../plan/measured';
import type { Cost } from '../../plan/plan';
import type { Project } from '../../project/project';
import type { RunFacts, VerbResult } from '../verb-result';
import { leftOutNotice } from './left-out-notice';

/** Runs a verb, and adds the facts from its events to the result. */
export async function reportRun<T extends Pick<VerbResult, 'outcome'>>(
  { environment, exclude }: Pick<Project, 'environment' | 'exclude'>,
  onEvent: OnEvent | undefined,
  work: (onEvent: OnEvent) => Promise<T>,
): Promise<T & RunFacts> {
  const start = performance.now();
  let remote: string | null = null;
  let used: Cost | null = null;
  const warnings: string[] = [];
  const notice = leftOutNotice(exclude);
  const tell: OnEvent = (event) => {
    if (event.type === 'connect') remote = event.location;
    if (event.type === 'used') used = measured(event);
    if (event.type === 'warning') warnings.push(event.message);
    notice.hear(event);
    onEvent?.(event);
  };
  const result = await work(tell).finally(() => notice.tell(tell));
  const facts = { remote, environment, warnings, used, durationMs: since(start) };
  // The outcome comes first, and a verb may hide a fact.
  return Object.assign({ outcome: result.outcome }, facts, result);
}

/** Returns the time since a moment of `performance.now()`, in milliseconds. */
export function since(start: number): number {
  return Math.round(performance.now() - start);
}
