import path from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { Environments } from '../configurations/load-environments';
import { nodeCommand } from '../node-command';

/** Returns the inputs for a target that runs the checks, so Nx never reuses a result for other data. */
export function checkInputs(
  workspaceRoot: string,
  environments: Environments,
): NonNullable<TargetConfiguration['inputs']> {
  return [
    { runtime: checkKeyCommand(workspaceRoot, environments) },
    // The key has them already. Nx 24 looks at files to see the effects of a change.
    ...checkFolders(workspaceRoot, environments).map((folder) => `{workspaceRoot}/${folder}/**/*.sql`),
    // Makes Nx wait for the target that makes the working copy, before it asks for the key.
    { dependentTasksOutputFiles: '**/*' },
    // Without this, every new version of any npm package would give a new key.
    { externalDependencies: [] },
  ];
}

// Returns the folders that Nx can name: in the workspace, and without a special character of patterns.
function checkFolders(workspaceRoot: string, { base, named }: Environments): string[] {
  const folders = [base, ...named.values()].map(({ checks }) => relativeTo(workspaceRoot, checks.folder));
  return [...new Set(folders)].filter((folder) => /^(?!\.\.?(?:\/|$))[\w./ @-]+$/.test(folder));
}

function relativeTo(workspaceRoot: string, file: string): string {
  return path.relative(workspaceRoot, file).split(path.sep).join('/') || '.';
}

/**
 * Returns the command line for a digest of all inputs to a project's checks. Nx runs it from the workspace's root. It
 * covers the working copies of all environments, and the checks. The other settings are in the words themselves.
 */
export function checkKeyCommand(workspaceRoot: string, { base, named }: Environments): string {
  const projects = [base, ...named.values()];
  const unique = (files: readonly string[]): string[] => [
    ...new Set(files.map((file) => relativeTo(workspaceRoot, file))),
  ];
  const excluded = projects.map(({ exclude }) => exclude);
  return nodeCommand(workspaceRoot, 'check-key/main.js', [
    ...unique(projects.map((p) => p.workingCopy)).map((file) => `copy=${file}`),
    ...unique(projects.map((p) => p.checks.folder)).map((folder) => `checks=${folder}`),
    // Encoded in letters without a meaning to any shell.
    ...(excluded.every((list) => list.length === 0)
      ? []
      : [`exclude=${Buffer.from(JSON.stringify(excluded)).toString('base64url')}`]),
  ]);
}
