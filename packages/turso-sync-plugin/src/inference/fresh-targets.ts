import path from 'node:path';
import { describeError } from 'turso-core/own-process';
import { refuseCollisions, type PluginEntry } from './collisions';
import { ffiFolder } from './ffi-folders';
import { ffiTarget } from './ffi-target';
import { knownEnvironments } from './known-environments';
import { resolveOptions, type PluginOptions } from './options';
import { inferTargets, type Inference } from './targets';

/** Checks what nx.json says of the plugin. Throws with a text that says what to do. */
export function readNxJson(options: PluginOptions | undefined, plugins: readonly PluginEntry[]): void {
  try {
    resolveOptions(options);
    refuseCollisions(plugins);
  } catch (error) {
    // Nx shows nothing but the message.
    throw new Error(describeError(error), { cause: error });
  }
}

/** The targets of a project, from its config as it is now; not sound if the config cannot be read. */
export async function inferFresh(
  workspaceRoot: string,
  projectRoot: string,
  configs: readonly string[],
  given: PluginOptions | undefined,
): Promise<{ readonly targets: Record<string, object>; readonly isSound: boolean }> {
  const options = resolveOptions(given);
  const environments = await knownEnvironments(workspaceRoot, projectRoot, configs, options.env).catch(
    (error: unknown): Inference['environments'] => ({ problem: describeError(error) }),
  );
  const targets = inferTargets({ workspaceRoot, projectRoot, environments, options });
  return { targets, isSound: !('problem' in environments) };
}

/** The target of a project that ffi-build builds, or null if it builds none there. */
export function inferBuild(
  workspaceRoot: string,
  projectRoot: string,
  options: PluginOptions | undefined,
): Record<string, object> | null {
  const { ffiBuildTargetName: name } = resolveOptions(options);
  const found = ffiFolder(path.join(workspaceRoot, projectRoot), name);
  return found === null ? null : { [name]: ffiTarget(workspaceRoot, projectRoot, name, found) };
}
