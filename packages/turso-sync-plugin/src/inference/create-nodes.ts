import path from 'node:path';
import type { PluginEntry } from './collisions';
import { CONFIG_GLOB, configFolders } from './config-files';
import { FFI_FILE } from './ffi-file';
import { identify } from './identify';
import { openKeptTargets, type KeptTargets } from './kept-targets';
import type { PluginOptions } from './options';
import { stampOf } from './stamp';
import type * as Fresh from './fresh-targets';

/** Nx's description of the workspace, for a plugin. */
export interface InferenceContext {
  readonly workspaceRoot: string;
  readonly nxJsonConfiguration?: {
    readonly plugins?: readonly PluginEntry[];
    readonly namedInputs?: object;
    readonly targetDefaults?: object;
  };
}

/**
 * A project in Nx's form. It is declared here because types of `@nx/devkit` would keep a workspace without it from
 * checking the types of its packages.
 */
export interface InferredProject {
  readonly name?: string;
  readonly targets: Record<string, object>;
  readonly metadata?: { readonly targetGroups: Record<string, string[]> };
}

type Result = readonly [
  file: string,
  result: { readonly projects: Readonly<Record<string, InferredProject>> },
];

/**
 * Gives targets to every project with a turso-sync config in its folder, or with a dune project for ffi-build. If a
 * config is unreadable, the targets of that project fail. Throws if nx.json itself is wrong.
 */
async function inferProjects(
  files: readonly string[],
  options: PluginOptions | undefined,
  { workspaceRoot, nxJsonConfiguration: nxJson = {} }: InferenceContext,
): Promise<Result[]> {
  const { plugins = [], namedInputs, targetDefaults } = nxJson;
  const kept = openKeptTargets(workspaceRoot, [options, plugins, namedInputs, targetDefaults]);
  // Targets kept under these options were inferred with them, so the options are right.
  if (!kept.isThere) fresh().readNxJson(options, plugins);
  const results: Result[] = [];
  for (const [folder, configs] of configFolders(files, workspaceRoot)) {
    const identity = identify(path.join(workspaceRoot, folder));
    if (identity === null) continue;
    const targets = await targetsOf({ workspaceRoot, folder, configs, options, nxJson, kept });
    const project = { ...identity, targets, metadata: { targetGroups: { Turso: Object.keys(targets) } } };
    results.push([configs[0] ?? folder, { projects: { [folder]: project } }]);
  }
  for (const file of files.filter((name) => path.basename(name) === FFI_FILE)) {
    const folder = path.dirname(file);
    const identity = identify(path.join(workspaceRoot, folder));
    const targets = identity === null ? null : fresh().inferBuild(workspaceRoot, folder, options);
    if (targets !== null) results.push([file, { projects: { [folder]: { ...identity, targets } } }]);
  }
  kept.save();
  return results;
}

/** The plugin's entry for Nx to infer targets. Nx 21 to 24 share its shape under different names. */
export const createNodes: readonly [pattern: string, infer: typeof inferProjects] = [
  CONFIG_GLOB,
  inferProjects,
];

interface Wanted {
  readonly workspaceRoot: string;
  readonly folder: string;
  readonly configs: readonly string[];
  readonly options: PluginOptions | undefined;
  readonly nxJson: object;
  readonly kept: KeptTargets;
}

async function targetsOf({
  workspaceRoot,
  folder,
  configs,
  options,
  nxJson,
  kept,
}: Wanted): Promise<Record<string, object>> {
  const stamp = stampOf(workspaceRoot, folder, configs);
  const known = stamp === null ? undefined : kept.get(folder, stamp);
  if (known !== undefined) return known;
  const { targets, isSound } = await fresh().inferFresh({
    workspaceRoot,
    projectRoot: folder,
    configs,
    given: options,
    nxJson,
  });
  if (stamp !== null && isSound) kept.set(folder, stamp, targets);
  return targets;
}

// Loaded only when needed: it takes longer than all other work here.
function fresh(): typeof Fresh {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./fresh-targets') as typeof Fresh;
}
