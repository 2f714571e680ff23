import path from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import type { Project, SnapshotCommandOptions } from 'turso-core/own-process';
import { dataFolder } from '../data-folder';

/** Finds the snapshots of the workspace's other projects. One download of a database is enough for all. */
export function sharingOf(
  { files }: Pick<Project, 'files'>,
  { root, projectsConfigurations }: ExecutorContext,
): NonNullable<SnapshotCommandOptions['sharing']> {
  const targets = Object.values(projectsConfigurations.projects).flatMap(({ targets = {} }) =>
    Object.values(targets),
  );
  const folders = targets
    .filter(({ executor }) => executor === 'turso-sync-plugin:snapshot')
    .flatMap(snapshotFolders)
    .map((folder) => path.resolve(root, folder));
  const snapshots = [...new Set(folders)].filter((folder) => folder !== files.snapshot.directory);
  return { snapshots, locks: dataFolder(root) };
}

/** Returns the snapshot folders of a target, one for each environment. */
function snapshotFolders({ options, configurations = {} }: TargetConfiguration): string[] {
  return [options as unknown, ...Object.values(configurations as Readonly<Record<string, unknown>>)]
    .map((named) => (named as { readonly snapshotFolder?: unknown } | undefined)?.snapshotFolder)
    .filter((folder) => typeof folder === 'string');
}
