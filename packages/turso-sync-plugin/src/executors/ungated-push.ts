import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { producersOf } from './producers';
import { makesWorkingCopy } from './unordered-producer';

/**
 * Warns if a push waits for targets but the project has none of them. Nx leaves out missing targets, so a misspelled
 * test would gate nothing. The target that creates the data is not a gate. Null if all is well.
 */
export function ungatedPush(context: ExecutorContext): string | null {
  const { target, projectName = '', projectsConfigurations } = context;
  const targets = projectsConfigurations.projects[projectName]?.targets ?? {};
  const producers = producersOf(context);
  const awaited = (target?.dependsOn ?? []).filter((name) => !isNoGate(name, targets, producers));
  const own = awaited.filter((name) => typeof name === 'string');
  // Targets of other projects, and patterns.
  if (awaited.length === 0 || own.length < awaited.length || own.some((name) => /[\^*]/.test(name)))
    return null;
  if (own.some((name) => Object.hasOwn(targets, name))) return null;
  return (
    `"${projectName}" has none of the targets that this push waits for: ${own.join(', ')}. ` +
    'Name its tests in "pushAfter" in nx.json, or in "dependsOn" of the target. "pushAfter": [] says that there are none.'
  );
}

function isNoGate(
  name: NonNullable<TargetConfiguration['dependsOn']>[number],
  targets: Readonly<Record<string, TargetConfiguration>>,
  producers: readonly string[],
): boolean {
  return typeof name === 'string' && (producers.includes(name) || makesWorkingCopy(targets[name]));
}
