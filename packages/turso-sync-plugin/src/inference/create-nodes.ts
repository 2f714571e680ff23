import fs from 'node:fs';
import path from 'node:path';
import { describeError } from 'turso-core';
import { refuseCollisions, type PluginEntry } from './collisions';
import { CONFIG_GLOB, configFolders } from './config-files';
import { FFI_FILE, ffiFolder } from './ffi-folders';
import { ffiTarget } from './ffi-target';
import { knownEnvironments } from './known-environments';
import { resolveOptions, type PluginOptions, type ResolvedOptions } from './options';
import { inferTargets, type Inference } from './targets';

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

/** What Nx tells a plugin of the workspace. */
export interface InferenceContext {
  readonly workspaceRoot: string;
  readonly nxJsonConfiguration?: { readonly plugins?: readonly PluginEntry[] };
}

/**
 * Gives targets to every project whose folder holds a turso-sync config, or a dune project that ffi-build builds. With a
 * config that cannot be read, the targets of that project fail. Throws if nx.json itself is wrong.
 */
async function inferProjects(
  files: readonly string[],
  options: PluginOptions | undefined,
  { workspaceRoot, nxJsonConfiguration }: InferenceContext,
): Promise<Result[]> {
  const resolved = readNxJson(options, nxJsonConfiguration?.plugins);
  const results: Result[] = [];
  for (const [folder, configs] of configFolders(files, workspaceRoot)) {
    const project = await inferProject(workspaceRoot, folder, configs, resolved);
    if (project !== null) results.push([configs[0] ?? folder, { projects: { [folder]: project } }]);
  }
  for (const file of files.filter((name) => path.basename(name) === FFI_FILE)) {
    const project = inferBuild(workspaceRoot, path.dirname(file), resolved);
    if (project !== null) results.push([file, { projects: { [path.dirname(file)]: project } }]);
  }
  return results;
}

/** What Nx asks for the targets of a workspace, in the shape that 21 to 24 have in common under different names. */
export const createNodes: readonly [pattern: string, infer: typeof inferProjects] = [
  CONFIG_GLOB,
  inferProjects,
];

function readNxJson(
  options: PluginOptions | undefined,
  plugins: readonly PluginEntry[] | undefined,
): ResolvedOptions {
  try {
    const resolved = resolveOptions(options);
    refuseCollisions(plugins);
    return resolved;
  } catch (error) {
    // Nx shows nothing but the message.
    throw new Error(describeError(error), { cause: error });
  }
}

async function inferProject(
  workspaceRoot: string,
  projectRoot: string,
  configs: readonly string[],
  options: ResolvedOptions,
): Promise<InferredProject | null> {
  const identity = identify(path.join(workspaceRoot, projectRoot));
  if (identity === null) return null;
  const environments = await knownEnvironments(workspaceRoot, projectRoot, configs, options.env).catch(
    (error: unknown): Inference['environments'] => ({ problem: describeError(error) }),
  );
  const targets = inferTargets({ workspaceRoot, projectRoot, environments, options });
  return { ...identity, targets, metadata: { targetGroups: { Turso: Object.keys(targets) } } };
}

function inferBuild(
  workspaceRoot: string,
  projectRoot: string,
  { ffiBuildTargetName: name }: ResolvedOptions,
): InferredProject | null {
  const folder = path.join(workspaceRoot, projectRoot);
  const found = ffiFolder(folder, name);
  const identity = found === null ? null : identify(folder);
  if (found === null || identity === null) return null;
  return { ...identity, targets: { [name]: ffiTarget(workspaceRoot, projectRoot, name, found) } };
}

/**
 * Whether a folder is a project of its own, and what there is to say about it. Nx refuses the whole graph for a project
 * without a name, as a package.json that is in no workspace's list would be.
 */
function identify(folder: string): { name?: string } | null {
  if (fs.existsSync(path.join(folder, 'project.json'))) return {};
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      name?: string;
      nx?: { name?: string };
    };
    const name = manifest.nx?.name ?? manifest.name;
    return name === undefined ? null : { name };
  } catch {
    return null;
  }
}
