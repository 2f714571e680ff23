import path from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { Project } from 'turso-core';
import { snapshotCaching } from '../fingerprint/snapshot-caching';
import type { ResolvedOptions } from './options';

/** What the targets of a project follow from. */
export interface Inference {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  readonly project: Project;
  readonly options: ResolvedOptions;
}

/** The targets of one project: snapshot, init, push, status, pull, verify, diff. */
export function inferTargets(inference: Inference): Record<string, TargetConfiguration> {
  const { options } = inference;
  const env = options.env === undefined ? {} : { env: options.env };
  return {
    [options.snapshotTargetName]: {
      executor: 'turso-sync-plugin:snapshot',
      options: env,
      ...cachedSnapshot(inference),
      metadata: describe('Takes the remote database to a cached snapshot, unless it has not changed.'),
    },
    [options.initTargetName]: {
      executor: 'turso-sync-plugin:dump-init',
      options: { ...env, snapshot: 'use', edits: 'keep' },
      cache: false,
      dependsOn: [options.snapshotTargetName],
      metadata: describe(
        'Makes the working copy from the snapshot, or brings one without changes up to date.',
      ),
    },
    [options.pushTargetName]: {
      executor: 'turso-sync-plugin:dump-push',
      options: env,
      cache: false,
      // One that the project does not have is left out by Nx.
      dependsOn: [...options.pushAfter, options.initTargetName],
      metadata: describe('Puts what has changed in the working copy on the remote.'),
    },
    [options.statusTargetName]: {
      executor: 'turso-sync-plugin:status',
      options: env,
      cache: false,
      metadata: describe('Says how the working copy and the remote stand.'),
    },
    [options.pullTargetName]: {
      executor: 'turso-sync-plugin:pull',
      options: env,
      cache: false,
      metadata: describe('Brings what has changed on the remote into the working copy.'),
    },
    [options.verifyTargetName]: {
      executor: 'turso-sync-plugin:verify',
      options: env,
      cache: false,
      metadata: describe('Says whether the remote and the working copy hold the same.'),
    },
    [options.diffTargetName]: {
      executor: 'turso-sync-plugin:diff',
      options: env,
      cache: false,
      metadata: describe('Says what a push would carry.'),
    },
  };
}

function cachedSnapshot({ workspaceRoot, projectRoot, project, options }: Inference): TargetConfiguration {
  const target = options.snapshotTargetName;
  const caching = snapshotCaching({ workspaceRoot, projectRoot, target, project });
  if (caching === null) return { cache: false };
  const config = project.configFile === null ? [] : [`{projectRoot}/${path.basename(project.configFile)}`];
  return {
    cache: true,
    inputs: [
      ...config,
      { env: project.variables.url },
      { runtime: caching.fingerprint },
      // Without this, every bump of any npm package would be a new key.
      { externalDependencies: [] },
    ],
    outputs: [caching.output],
  };
}

function describe(description: string): NonNullable<TargetConfiguration['metadata']> {
  return { technologies: ['turso', 'sqlite'], description };
}
