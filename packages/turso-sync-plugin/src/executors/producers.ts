import type { ExecutorContext } from '@nx/devkit';

/** The targets that nx.json names as the ones that create data, over all entries of the plugin. */
export function producersOf({ nxJsonConfiguration }: ExecutorContext): string[] {
  const entries = (nxJsonConfiguration.plugins ?? []).map((entry) =>
    typeof entry === 'string' ? { plugin: entry } : entry,
  );
  return entries
    .filter(({ plugin }) => plugin === 'turso-sync-plugin')
    .map(({ options }) => (options as { readonly produce?: unknown } | undefined)?.produce)
    .filter((name) => typeof name === 'string');
}
