import { listOf, objectOf, type Input } from './given-project';

/**
 * The inputs that `targetDefaults` of nx.json give to a target. Nx 23 allows a list for a key. As Nx does, it takes the executor's entry, or else that of the target's name,
 * or else the longest pattern.
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

// Which projects and plugins other filters mean is known to Nx only once all is inferred.
function isFor({ filter }: Readonly<Record<string, unknown>>, executor: string | undefined): boolean {
  return Object.entries(objectOf(filter)).every(([key, value]) => key === 'executor' && value === executor);
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
