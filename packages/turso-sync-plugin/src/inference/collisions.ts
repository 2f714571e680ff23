import { TursoSyncError } from 'turso-core/own-process';
import { remoteTargetNames, resolveOptions, type PluginOptions } from './options';

/** An entry of the list `plugins` in nx.json. */
export type PluginEntry = string | PluginSettings;

interface PluginSettings {
  readonly plugin: string;
  readonly options?: unknown;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

interface Entry {
  readonly env: string | undefined;
  readonly names: readonly string[];
  /** Whether it may apply to other projects than the rest. */
  readonly isFiltered: boolean;
}

/**
 * Refuses an nx.json that lists the plugin twice with the same names. Nx would merge the targets of both, so one could
 * read one remote while the next writes another. Throws CONFIG_INVALID.
 */
export function refuseCollisions(plugins: readonly PluginEntry[] = []): void {
  const entries = plugins.filter((entry) => settingsOf(entry).plugin === 'turso-sync-plugin').map(readEntry);
  entries.forEach((entry, i) => {
    for (const other of entries.slice(i + 1)) refuseShared(entry, other);
  });
}

function refuseShared(a: Entry, b: Entry): void {
  const shared = a.names.filter((name) => b.names.includes(name));
  if (shared.length === 0) return;
  // Such entries usually divide the projects between them. Otherwise all targets would still mean one remote.
  if (a.env === b.env && (a.isFiltered || b.isFiltered)) return;
  throw new TursoSyncError(
    'CONFIG_INVALID',
    `nx.json lists turso-sync-plugin more than once, and these targets collide: ${shared.join(', ')}.`,
    {
      hint:
        'Keep one entry: each environment is a configuration of its targets, as in `nx run app:turso-push:staging`. ' +
        'Or give all targets of each entry names of their own.',
    },
  );
}

function readEntry(entry: PluginEntry): Entry {
  const { options, include, exclude } = settingsOf(entry);
  const resolved = resolveOptions(options as PluginOptions | undefined);
  return {
    env: resolved.env,
    names: remoteTargetNames(resolved),
    isFiltered: include !== undefined || exclude !== undefined,
  };
}

function settingsOf(entry: PluginEntry): PluginSettings {
  return typeof entry === 'string' ? { plugin: entry } : entry;
}
