import { listOf, objectOf, type Input } from './given-project';

/**
 * Returns the inputs that `targetDefaults` of nx.json give to a target. Nx 23 allows a list for a key. As in Nx, the
 * executor's entry comes first, then that of the target's name, then the longest pattern.
 */
export function defaultInputs(
  targetDefaults: unknown,
  targetName: string,
  executor: string | undefined,
): readonly Input[] | undefined {
  const defaults = objectOf(targetDefaults);
  const patterns = Object.keys(defaults)
    .filter((key) => key.includes('*') && matches(key, targetName))
    .sort((a, b) => b.length - a.length);
  for (const key of [...(executor === undefined ? [] : [executor]), targetName, ...patterns]) {
    if (!Object.hasOwn(defaults, key)) continue;
    const entries = [defaults[key]]
      .flat()
      .map(objectOf)
      .filter((entry) => isFor(entry, executor));
    if (entries.length > 0)
      return entries.map(({ inputs }) => listOf(inputs)).findLast((inputs) => inputs !== undefined);
  }
  return undefined;
}

// Nx resolves the projects and plugins of other filters only after all inference.
function isFor({ filter }: Readonly<Record<string, unknown>>, executor: string | undefined): boolean {
  return Object.entries(objectOf(filter)).every(([key, value]) => key === 'executor' && value === executor);
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
