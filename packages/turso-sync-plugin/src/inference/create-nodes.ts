import path from 'node:path';
import type { PluginEntry } from './collisions';
import { CONFIG_GLOB, configFolders } from './config-files';
import { FFI_FILE } from './ffi-file';
import { identify } from './identify';
import { openKeptTargets, type KeptTargets } from './kept-targets';
import type { PluginOptions } from './options';
import { stampOf } from './stamp';
import type * as Fresh from './fresh-targets';

/** What Nx tells a plugin of the workspace. */
export interface InferenceContext {
  readonly workspaceRoot: string;
  readonly nxJsonConfiguration?: {
    readonly plugins?: readonly PluginEntry[];
    readonly namedInputs?: object;
    readonly targetDefaults?: object;
  };
}

/**
 * A project as Nx takes it. Declared here, since types of `@nx/devkit` would keep a workspace without it from checking the
 * types of its packages.
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
 * Gives targets to every project whose folder holds a turso-sync config, or a dune project that ffi-build builds. With a
 * config that cannot be read, the targets of that project fail. Throws if nx.json itself is wrong.
 */
async function inferProjects(
  files: readonly string[],
  options: PluginOptions | undefined,
  { workspaceRoot, nxJsonConfiguration: nxJson = {} }: InferenceContext,
): Promise<Result[]> {
  const { plugins = [], namedInputs, targetDefaults } = nxJson;
  const kept = openKeptTargets(workspaceRoot, [options, plugins, namedInputs, targetDefaults]);
  // What is kept under these options was inferred with them, so they are right.
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

/** What Nx asks for the targets of a workspace, in the shape that 21 to 24 have in common under different names. */
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

// Loaded when it is needed: it takes longer than all else that is done here.
function fresh(): typeof Fresh {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('./fresh-targets') as typeof Fresh;
}
