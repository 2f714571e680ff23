import path from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { checkInputs } from '../check-key/command';
import type { Environments } from '../configurations/load-environments';
import { snapshotCaching } from '../fingerprint/snapshot-caching';
import { affectingInputs, type AffectingFacts } from './affecting-inputs';
import { EXPLAINED, metadataOf } from './explained';
import type { ResolvedOptions } from './options';

/** The facts that determine the targets of a project. */
export interface Inference {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  /** The content of the config, or the reason why it cannot be read. */
  readonly environments: Environments | { readonly problem: string };
  /** The settings of nx.json for all projects. */
  readonly workspace: AffectingFacts['workspace'];
  /** The project's settings for its own targets. */
  readonly project: AffectingFacts['project'];
  readonly options: ResolvedOptions;
}

/**
 * Infers the targets of one project. Each environment is a configuration. With an unreadable config they exist too: to
 * run one shows the error, and other projects go on.
 */
export function inferTargets(inference: Inference): Record<string, TargetConfiguration> {
  const { options, environments } = inference;
  const env = options.env === undefined ? {} : { env: options.env };
  const problem = 'problem' in environments ? environments.problem : null;
  const names = 'problem' in environments ? [] : [...environments.named.keys()];
  const inputs = affectingInputs(inference);
  const targets: Record<string, TargetConfiguration> = {};
  const add = (name: string, executor: keyof typeof EXPLAINED, more: TargetConfiguration = {}): void => {
    const explained = EXPLAINED[executor];
    targets[name] = {
      executor: `turso-sync-plugin:${executor}`,
      cache: false,
      ...(inputs === undefined ? {} : { inputs }),
      ...(names.length === 0 ? {} : { configurations: configurations(names, (named) => ({ env: named })) }),
      ...more,
      options: { ...env, ...(more.options as object | undefined) },
      metadata: metadataOf(name, { ...explained, description: problem ?? explained.description }),
    };
  };
  add(options.snapshotTargetName, 'snapshot', cachedSnapshot(inference));
  add(options.initTargetName, 'init', {
    options: { snapshot: 'use', edits: 'keep' },
    dependsOn: [options.snapshotTargetName],
    outputs: [NO_OUTPUT],
  });
  // Nx leaves out a target that the project does not have.
  const before = [...options.pushAfter, ...(options.produce === undefined ? [] : [options.produce])];
  add(options.pushTargetName, 'push', { dependsOn: [...before, options.initTargetName] });
  add(options.statusTargetName, 'status');
  add(options.pullTargetName, 'pull');
  add(options.verifyTargetName, 'verify');
  add(options.diffTargetName, 'diff', { dependsOn: [options.initTargetName] });
  add(options.checkTargetName, 'check', cachedCheck(inference));
  add(options.undoTargetName, 'undo');
  add(options.dumpTargetName, 'dump', { dependsOn: [options.initTargetName] });
  add(options.cleanTargetName, 'clean');
  add(options.doctorTargetName, 'doctor');
  add(options.devTargetName, 'dev', { continuous: true, dependsOn: [options.initTargetName] });
  return targets;
}

/**
 * An output that turso-init declares and never writes. With it, Nx 24 affects turso-check whenever it affects
 * turso-init, while the key of the checks remains that of the data.
 */
const NO_OUTPUT = '{projectRoot}/.turso/no-output';

// Nx cannot hash the working copy as an input, since git ignores it.
function cachedCheck({ workspaceRoot, environments, options }: Inference): TargetConfiguration {
  const dependsOn = [options.initTargetName];
  if ('problem' in environments) return { dependsOn };
  return { dependsOn, cache: true, inputs: checkInputs(workspaceRoot, environments), outputs: [] };
}

// Inputs belong to a target, so the fingerprint itself finds the configuration of a run. Outputs follow options.
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
      // Without this, every new version of any npm package would give a new key.
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
