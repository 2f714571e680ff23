import path from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { Environments } from '../configurations/load-environments';
import { snapshotCaching } from '../fingerprint/snapshot-caching';
import type { ResolvedOptions } from './options';

/** What the targets of a project follow from. */
export interface Inference {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  /** What the config says, or why it cannot be read. */
  readonly environments: Environments | { readonly problem: string };
  readonly options: ResolvedOptions;
}

/**
 * The targets of one project: snapshot, init, push, status, pull, verify, diff. Each environment is a configuration. With a
 * config that cannot be read they are there too, so that running one tells what is wrong, and other projects go on.
 */
export function inferTargets(inference: Inference): Record<string, TargetConfiguration> {
  const { options, environments } = inference;
  const env = options.env === undefined ? {} : { env: options.env };
  const problem = 'problem' in environments ? environments.problem : null;
  const names = 'problem' in environments ? [] : [...environments.named.keys()];
  const target = (
    executor: string,
    description: string,
    more: TargetConfiguration = {},
  ): TargetConfiguration => ({
    executor: `turso-sync-plugin:${executor}`,
    cache: false,
    ...(names.length === 0 ? {} : { configurations: configurations(names, (name) => ({ env: name })) }),
    ...more,
    options: { ...env, ...(more.options as object | undefined) },
    metadata: { technologies: ['turso', 'sqlite'], description: problem ?? description },
  });
  return {
    [options.snapshotTargetName]: target(
      'snapshot',
      'Takes the remote database to a cached snapshot, unless it has not changed.',
      cachedSnapshot(inference),
    ),
    [options.initTargetName]: target(
      'init',
      'Makes the working copy from the snapshot, or brings one without changes up to date.',
      { options: { snapshot: 'use', edits: 'keep' }, dependsOn: [options.snapshotTargetName] },
    ),
    [options.pushTargetName]: target('push', 'Puts what has changed in the working copy on the remote.', {
      // One that the project does not have is left out by Nx.
      dependsOn: [
        ...options.pushAfter,
        ...(options.produce === undefined ? [] : [options.produce]),
        options.initTargetName,
      ],
    }),
    [options.statusTargetName]: target('status', 'Says how the working copy and the remote stand.'),
    [options.pullTargetName]: target('pull', 'Brings what has changed on the remote into the working copy.'),
    [options.verifyTargetName]: target(
      'verify',
      'Says whether the remote and the working copy hold the same.',
    ),
    [options.diffTargetName]: target('diff', 'Says what a push would carry.'),
  };
}

// Inputs belong to a target, so the fingerprint itself finds out which configuration a run is about. Outputs follow options.
function cachedSnapshot({
  workspaceRoot,
  projectRoot,
  environments,
  options,
}: Inference): TargetConfiguration {
  if ('problem' in environments) return {};
  const target = options.snapshotTargetName;
  const caching = snapshotCaching({ workspaceRoot, projectRoot, target, environments });
  if (caching === null) return {};
  const { configFile } = environments.base;
  const snapshotFolder = (name: string): string => caching.folders.get(name) ?? '';
  const names = [...caching.folders.keys()];
  return {
    cache: true,
    options: { snapshotFolder: caching.folder },
    ...(names.length === 0
      ? {}
      : {
          configurations: configurations(names, (env) => ({ env, snapshotFolder: snapshotFolder(env) })),
        }),
    inputs: [
      ...(configFile === null ? [] : [`{projectRoot}/${path.basename(configFile)}`]),
      { runtime: caching.fingerprint },
      // Without this, every bump of any npm package would be a new key.
      { externalDependencies: [] },
    ],
    outputs: ['{options.snapshotFolder}'],
  };
}

function configurations(
  names: readonly string[],
  optionsOf: (name: string) => Readonly<Record<string, string>>,
): Record<string, Readonly<Record<string, string>>> {
  return Object.fromEntries(names.map((name) => [name, optionsOf(name)]));
}
