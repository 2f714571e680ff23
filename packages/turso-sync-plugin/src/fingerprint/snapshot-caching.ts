import path from 'node:path';
import type { Project } from 'turso-core';
import { fingerprintCommand } from './command';

/** The target that takes the snapshot of a project. */
export interface SnapshotTarget {
  readonly workspaceRoot: string;
  /** The project's folder, relative to the workspace. */
  readonly projectRoot: string;
  readonly target: string;
  readonly project: Project;
}

/** What a target that takes a snapshot must declare, so that Nx never restores one that is out of date. */
export interface SnapshotCaching {
  /** The `runtime` input: a command that prints the remote's fingerprint. */
  readonly fingerprint: string;
  /** The one output. */
  readonly output: string;
}

/** Answers null where it must not be cached: Nx keeps no outputs from outside the workspace. */
export function snapshotCaching({
  workspaceRoot,
  projectRoot,
  target,
  project,
}: SnapshotTarget): SnapshotCaching | null {
  const output = outputPath(workspaceRoot, projectRoot, project.files.snapshot.directory);
  const fingerprint = fingerprintCommand({
    workspaceRoot,
    projectRoot,
    target,
    variables: project.variables,
  });
  return output === null ? null : { fingerprint, output };
}

function outputPath(workspaceRoot: string, projectRoot: string, directory: string): string | null {
  const inProject = inside(path.join(workspaceRoot, projectRoot), directory);
  if (inProject !== null) return `{projectRoot}/${inProject}`;
  const inWorkspace = inside(workspaceRoot, directory);
  return inWorkspace === null ? null : `{workspaceRoot}/${inWorkspace}`;
}

function inside(folder: string, file: string): string | null {
  const relative = path.relative(folder, file);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return null;
  return relative.split(path.sep).join('/');
}
