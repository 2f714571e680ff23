import type { Tree } from '@nx/devkit';
import { ignoreFiles } from './ignore-files';
import { loadBasics } from './load-basics';

/** Options of the generator `turso-sync-plugin:init`. `nx add turso-sync-plugin` runs it. */
export interface InitGeneratorOptions {
  /** Do not format the changed files. Default is false. */
  readonly skipFormat?: boolean;
}

const PLUGIN = 'turso-sync-plugin';

/**
 * Adds the plugin to nx.json, and its files to `.gitignore`. Existing content stays as it is. It needs no `@nx/devkit`.
 */
export default async function init(tree: Tree, options: InitGeneratorOptions = {}): Promise<void> {
  const { formatFiles, readNxJson, updateNxJson } = loadBasics();
  const nxJson = readNxJson(tree) ?? {};
  const plugins = nxJson.plugins ?? [];
  ignoreFiles(tree);
  if (!plugins.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === PLUGIN))
    updateNxJson(tree, { ...nxJson, plugins: [...plugins, PLUGIN] });
  if (options.skipFormat !== true) await formatFiles(tree);
}
