import fs from 'node:fs';
import path from 'node:path';
import type { CreateNodesResult } from '@nx/devkit';
import { describeError } from 'turso-core';
import { AggregateCreateNodesError } from './aggregate-error';
import { CONFIG_GLOB, configFolders } from './config-files';
import { loadConfig } from './load-config';
import { resolveOptions, type PluginOptions, type ResolvedOptions } from './options';
import { inferTargets } from './targets';

type Result = readonly [file: string, result: CreateNodesResult];

/**
 * Gives targets to every project whose folder holds a turso-sync config. A config that cannot be read is reported, and
 * keeps no other project from getting its targets. Throws AggregateCreateNodesError.
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
