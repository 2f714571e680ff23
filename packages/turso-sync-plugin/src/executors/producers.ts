import type { ExecutorContext } from '@nx/devkit';

/** Returns the targets that create data according to nx.json, over all entries of the plugin. */
export function producersOf({ nxJsonConfiguration }: ExecutorContext): string[] {
  const entries = (nxJsonConfiguration.plugins ?? []).map((entry) =>
    typeof entry === 'string' ? { plugin: entry } : entry,
  );
  return entries
    .filter(({ plugin }) => plugin === 'turso-sync-plugin')
    .map(({ options }) => (options as { readonly produce?: unknown } | undefined)?.produce)
    .filter((name) => typeof name === 'string');
}
