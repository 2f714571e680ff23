import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { producersOf } from './producers';

type Targets = Readonly<Record<string, TargetConfiguration>>;

/**
 * Warns if a push waits for a target that creates data, and that target does not wait for the working copy. Nx would
 * run both at once. Null if all is well.
 */
export function unorderedProducer(context: ExecutorContext): string | null {
  const { target, projectName = '', projectsConfigurations } = context;
  const targets = projectsConfigurations.projects[projectName]?.targets ?? {};
  const init = Object.keys(targets).find((name) => makesWorkingCopy(targets[name]));
  if (init === undefined) return null;
  const unordered = producersOf(context).find(
    (name) =>
      Object.hasOwn(targets, name) &&
      (target?.dependsOn ?? []).includes(name) &&
      !waitsForWorkingCopy(name, targets),
  );
  if (unordered === undefined) return null;
  return (
    `"${unordered}" of "${projectName}" does not wait for "${init}", so it may run before there is a working copy. ` +
    `Add "${init}" to "dependsOn" of "${unordered}".`
  );
}

/** Checks whether a target makes the working copy. */
export function makesWorkingCopy(target: TargetConfiguration | undefined): boolean {
  return target?.executor === 'turso-sync-plugin:init' || target?.executor === 'turso-sync-plugin:dump-init';
}

// Follows only names. A target that waits for a pattern or another project gets the benefit of the doubt.
function waitsForWorkingCopy(name: string, targets: Targets, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  if (makesWorkingCopy(targets[name])) return true;
  return (targets[name]?.dependsOn ?? []).some(
    (next) => typeof next !== 'string' || /[\^*]/.test(next) || waitsForWorkingCopy(next, targets, seen),
  );
}
