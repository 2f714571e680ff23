import fs from 'node:fs';
import path from 'node:path';
import { describeError } from 'turso-core/own-process';
import { refuseCollisions, type PluginEntry } from './collisions';
import type { WorkspaceSettings } from './affecting-inputs';
import { ffiFolder } from './ffi-folders';
import { ffiTarget } from './ffi-target';
import { readGivenProject } from './given-project';
import { knownEnvironments } from './known-environments';
import { resolveOptions, type PluginOptions } from './options';
import { inferTargets, type Inference } from './targets';

/** Checks the plugin's settings in nx.json. Throws an error whose text gives advice. */
export function readNxJson(options: PluginOptions | undefined, plugins: readonly PluginEntry[]): void {
  try {
    resolveOptions(options);
    refuseCollisions(plugins);
  } catch (error) {
    // Nx shows only the message.
    throw new Error(describeError(error), { cause: error });
  }
}

/** The facts for the inference of targets. */
export interface Asked {
  readonly workspaceRoot: string;
  readonly projectRoot: string;
  readonly configs: readonly string[];
  readonly given: PluginOptions | undefined;
  /** All of nx.json. */
  readonly nxJson: object;
}

/** Infers the targets of a project from its present files. They are not sound if the config cannot be read. */
export async function inferFresh({
  workspaceRoot,
  projectRoot,
  configs,
  given,
  nxJson,
}: Asked): Promise<{ readonly targets: Record<string, object>; readonly isSound: boolean }> {
  const options = resolveOptions(given);
  const environments = await knownEnvironments(workspaceRoot, projectRoot, configs, options.env).catch(
    (error: unknown): Inference['environments'] => ({ problem: describeError(error) }),
  );
  const project = readGivenProject((name) => {
    const file = path.join(workspaceRoot, projectRoot, name);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
  });
  const workspace: WorkspaceSettings = nxJson;
  const targets = inferTargets({ workspaceRoot, projectRoot, environments, options, workspace, project });
  return { targets, isSound: !('problem' in environments) };
}

/** Returns the target of a project for ffi-build, or null if there is nothing for it to build. */
export function inferBuild(
  workspaceRoot: string,
  projectRoot: string,
  options: PluginOptions | undefined,
): Record<string, object> | null {
  const { ffiBuildTargetName: name } = resolveOptions(options);
  const found = ffiFolder(path.join(workspaceRoot, projectRoot), name);
  return found === null ? null : { [name]: ffiTarget(workspaceRoot, projectRoot, name, found) };
}
