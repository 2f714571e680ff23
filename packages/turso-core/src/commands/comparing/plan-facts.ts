import type { OnEvent } from '../../events';
import type { PlanHead } from '../../plan/plan';
import type { PlanFacts } from '../../plan/write-plan';
import type { Project } from '../../project/project';
import type { Manifest } from '../../project/state/manifest';

/** What a plan says of its project, and of the database that its changes start from. */
export function planFacts({ environment }: Project, from: Manifest): PlanFacts {
  const { remote, createdAt, fingerprint } = from;
  return { createdAt: new Date().toISOString(), remote, environment, base: { createdAt, fingerprint } };
}

/** Warns of what a plan finds that nobody expects of a push. */
export function warnOfFindings({ findings }: PlanHead, onEvent: OnEvent | undefined): void {
  for (const { code, message } of findings)
    if (code === 'unfit-index') onEvent?.({ type: 'warning', message });
}
