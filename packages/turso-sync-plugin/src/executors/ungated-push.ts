import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';

/**
 * Says so if a push waits for targets of which the project has none: Nx leaves out what is not there, and so a misspelled
 * test would gate nothing. Null if all is well.
 */
export function ungatedPush({
  target,
  projectName = '',
  projectsConfigurations,
}: ExecutorContext): string | null {
  const targets = projectsConfigurations.projects[projectName]?.targets ?? {};
  const awaited = (target?.dependsOn ?? []).filter((name) => !makesWorkingCopy(name, targets));
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

function makesWorkingCopy(
  name: NonNullable<TargetConfiguration['dependsOn']>[number],
  targets: Readonly<Record<string, TargetConfiguration>>,
): boolean {
  const executor = typeof name === 'string' ? targets[name]?.executor : undefined;
  return executor === 'turso-sync-plugin:init' || executor === 'turso-sync-plugin:dump-init';
}
