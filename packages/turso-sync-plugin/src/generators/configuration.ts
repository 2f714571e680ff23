import path from 'node:path';
import type {
  ExpandedPluginConfiguration,
  ProjectConfiguration,
  TargetConfiguration,
  Tree,
} from '@nx/devkit';
import { loadEnvironments, type Environments } from '../configurations/load-environments';
import { readGivenProject } from '../inference/given-project';
import { resolveOptions, type PluginOptions } from '../inference/options';
import { inferTargets } from '../inference/targets';
import { hasConfig } from './has-config';
import init from './init';
import { loadBasics, type Basics } from './load-basics';

/** Options of the generator `turso-sync-plugin:configuration`. */
export interface ConfigurationGeneratorOptions {
  /** The name of the project, or its folder. */
  readonly project: string;
  /** Write the targets into project.json, and no longer infer them for this project. Default is false. */
  readonly convert?: boolean;
  /** Do not format the changed files. Default is false. */
  readonly skipFormat?: boolean;
}

const PLUGIN = 'turso-sync-plugin';
const CONFIG = 'turso-sync.config.json';

/**
 * Adds a config to a project, so it gets the targets. Writes them out if requested. Existing content of the project
 * stays as it is. It needs no `@nx/devkit`.
 */
export default async function configuration(
  tree: Tree,
  options: ConfigurationGeneratorOptions,
): Promise<void> {
  const basics = loadBasics();
  const root = findProject(tree, basics, options.project);
  await init(tree, { skipFormat: true });
  const isNew = !hasConfig(tree, basics, root);
  if (isNew) basics.writeJson(tree, path.posix.join(root, CONFIG), {});
  if (options.convert === true) await convert(tree, basics, root, isNew);
  if (options.skipFormat !== true) await basics.formatFiles(tree);
}

function findProject(tree: Tree, { getProjects }: Basics, wanted: string): string {
  const projects = [...getProjects(tree)].map(([name, { root }]) => ({ name, root }));
  const folder = path.posix.normalize(wanted.split('\\').join('/')).replace(/\/$/, '');
  const found = projects.find(({ name }) => name === wanted) ?? projects.find(({ root }) => root === folder);
  if (found !== undefined) return found.root;
  const known = projects.map(({ name }) => name).sort();
  throw new Error(
    `There is no project "${wanted}". ${known.length === 0 ? 'The workspace has none.' : `It has ${known.join(', ')}.`}`,
  );
}

async function convert(tree: Tree, basics: Basics, root: string, isNew: boolean): Promise<void> {
  const { readJson, readNxJson, updateNxJson, writeJson } = basics;
  const nxJson = readNxJson(tree) ?? {};
  const plugins = (nxJson.plugins ?? []).map((entry) =>
    typeof entry === 'string' ? { plugin: entry } : entry,
  );
  const own = plugins.find(({ plugin }) => plugin === PLUGIN);
  const options = resolveOptions(own?.options as PluginOptions | undefined);
  const cwd = path.join(tree.root, root);
  const environments = await loadEnvironments({
    cwd,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const targets = inferTargets({
    workspaceRoot: tree.root,
    projectRoot: root,
    environments: isNew ? withConfig(environments, path.join(cwd, CONFIG)) : environments,
    options,
    workspace: nxJson,
    project: readGivenProject((name) => tree.read(path.posix.join(root, name), 'utf8')),
  });
  const file = path.posix.join(root, 'project.json');
  const project = tree.exists(file) ? readJson<Partial<ProjectConfiguration>>(tree, file) : {};
  writeJson(tree, file, { ...project, targets: merge(targets, project.targets ?? {}) });
  const excluded = `${root}/**`;
  const exclude = (entry: ExpandedPluginConfiguration): ExpandedPluginConfiguration =>
    entry === own && entry.exclude?.includes(excluded) !== true
      ? { ...entry, exclude: [...(entry.exclude ?? []), excluded] }
      : entry;
  const kept = (nxJson.plugins ?? []).map((entry, i) =>
    plugins[i] === own ? exclude(plugins[i] ?? { plugin: PLUGIN }) : entry,
  );
  updateNxJson(tree, { ...nxJson, plugins: kept });
}

/** Sets the config file. It is not on disk yet, and environments are read from disk. */
function withConfig(environments: Environments, configFile: string): Environments {
  return { ...environments, base: { ...environments.base, configFile } };
}

/** Merges the targets with those of project.json, as Nx itself does. */
function merge(
  inferred: Readonly<Record<string, TargetConfiguration>>,
  given: Readonly<Record<string, TargetConfiguration>>,
): Record<string, TargetConfiguration> {
  const merged = Object.entries(inferred).map(([name, target]) => {
    const own = given[name] ?? {};
    const { metadata: _, ...plain } = target;
    const options = { ...(target.options as object), ...(own.options as object | undefined) };
    const configurations = { ...target.configurations, ...own.configurations };
    return [
      name,
      {
        ...plain,
        ...own,
        options,
        ...(Object.keys(configurations).length === 0 ? {} : { configurations }),
      },
    ];
  });
  return { ...given, ...(Object.fromEntries(merged) as Record<string, TargetConfiguration>) };
}
