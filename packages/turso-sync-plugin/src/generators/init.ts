import type { Tree } from '@nx/devkit';
import { loadDevkit } from './load-devkit';

/** Options of the generator `turso-sync-plugin:init`, which `nx add turso-sync-plugin` runs. */
export interface InitGeneratorOptions {
  /** Do not format the files that were changed. Default is false. */
  readonly skipFormat?: boolean;
}

const PLUGIN = 'turso-sync-plugin';

/** Adds the plugin to nx.json; one that is there already, with options or without, stays as it is. */
export default async function init(tree: Tree, options: InitGeneratorOptions = {}): Promise<void> {
  const { formatFiles, readNxJson, updateNxJson } = await loadDevkit(
    ', or add "turso-sync-plugin" to the plugins of nx.json by hand',
  );
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  if (plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN)) return;
  updateNxJson(tree, { ...nxJson, plugins: [...plugins, PLUGIN] });
  if (options.skipFormat !== true) await formatFiles(tree);
}
