import fs from 'node:fs';
import path from 'node:path';
import type { CreateNodesResult } from '@nx/devkit';
import { describeError } from 'turso-core';
import { AggregateCreateNodesError } from './aggregate-error';
import { CONFIG_GLOB, configFolders } from './config-files';
import { FFI_FILE, ffiFolder } from './ffi-folders';
import { ffiTarget } from './ffi-target';
import { loadConfig } from './load-config';
import { resolveOptions, type PluginOptions, type ResolvedOptions } from './options';
import { inferTargets } from './targets';

type Result = readonly [file: string, result: CreateNodesResult];

/**
 * Gives targets to every project whose folder holds a turso-sync config, or a dune project that ffi-build builds. A config
 * that cannot be read is reported, and keeps no other project from getting its targets. Throws AggregateCreateNodesError.
 */
async function inferProjects(
  files: readonly string[],
  options: PluginOptions | undefined,
  { workspaceRoot }: { readonly workspaceRoot: string },
): Promise<Result[]> {
  const resolved = resolveOptions(options);
  const results: Result[] = [];
  const errors: [string, Error][] = [];
  for (const [folder, configs] of configFolders(files, workspaceRoot)) {
    const file = configs[0] ?? folder;
    try {
      const project = await inferProject(workspaceRoot, folder, configs, resolved);
      if (project !== null) results.push([file, { projects: { [folder]: project } }]);
    } catch (error) {
      errors.push([file, new Error(describeError(error), { cause: error })]);
    }
  }
  for (const file of files.filter((name) => path.basename(name) === FFI_FILE)) {
    const project = inferBuild(workspaceRoot, path.dirname(file), resolved);
    if (project !== null) results.push([file, { projects: { [path.dirname(file)]: project } }]);
  }
  if (errors.length > 0) throw new AggregateCreateNodesError(errors, results);
  return results;
}

/** What Nx asks for the targets of a workspace, in the shape that 21 to 24 have in common under different names. */
export const createNodes: readonly [pattern: string, infer: typeof inferProjects] = [
  CONFIG_GLOB,
  inferProjects,
];

type InferredProject = NonNullable<CreateNodesResult['projects']>[string];

async function inferProject(
  workspaceRoot: string,
  projectRoot: string,
  configs: readonly string[],
  options: ResolvedOptions,
): Promise<InferredProject | null> {
  const identity = identify(path.join(workspaceRoot, projectRoot));
  if (identity === null) return null;
  const project = await loadConfig(workspaceRoot, projectRoot, configs, options.env);
  return { ...identity, targets: inferTargets({ workspaceRoot, projectRoot, project, options }) };
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
