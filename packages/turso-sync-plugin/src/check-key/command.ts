import path from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import type { Environments } from '../configurations/load-environments';
import { nodeCommand } from '../node-command';

/** What a target that runs the checks must declare as inputs, so that Nx never answers for other data. */
export function checkInputs(
  workspaceRoot: string,
  environments: Environments,
): NonNullable<TargetConfiguration['inputs']> {
  return [
    { runtime: checkKeyCommand(workspaceRoot, environments) },
    // The key has them already. Nx 24 looks at files to see what a change affects.
    ...checkFolders(workspaceRoot, environments).map((folder) => `{workspaceRoot}/${folder}/**/*.sql`),
    // Lets Nx wait for the target that makes the working copy, before it asks for the key.
    { dependentTasksOutputFiles: '**/*' },
    // Without this, every bump of any npm package would be a new key.
    { externalDependencies: [] },
  ];
}

// Folders that Nx can name: in the workspace, and with no character that has a meaning in a pattern.
function checkFolders(workspaceRoot: string, { base, named }: Environments): string[] {
  const folders = [base, ...named.values()].map(({ checks }) => relativeTo(workspaceRoot, checks.folder));
  return [...new Set(folders)].filter((folder) => /^(?!\.\.?(?:\/|$))[\w./ @-]+$/.test(folder));
}

function relativeTo(workspaceRoot: string, file: string): string {
  return path.relative(workspaceRoot, file).split(path.sep).join('/') || '.';
}

/**
 * The command line that prints a digest of all that the result of a project's checks follows from, for Nx to run from the workspace's root:
 * the working copies of all environments, and the checks. What the config says besides is in the words themselves.
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
    // In letters that mean nothing to any shell.
    ...(excluded.every((list) => list.length === 0)
      ? []
      : [`exclude=${Buffer.from(JSON.stringify(excluded)).toString('base64url')}`]),
  ]);
}
