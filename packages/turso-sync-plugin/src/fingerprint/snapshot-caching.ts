import path from 'node:path';
import type { Project } from 'turso-core/own-process';
import { fingerprintCommand, type FingerprintTarget } from './command';

/** What a target that takes a snapshot must declare, so that Nx never restores one that is out of date. */
export interface SnapshotCaching {
  /** The `runtime` input: a command that prints the fingerprint of the remote that a run means. */
  readonly fingerprint: string;
  /** The folder of the base's snapshot, relative to the workspace. */
  readonly folder: string;
  /** The same of each environment that has a name. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Answers null where it must not be cached: Nx keeps no outputs from outside the workspace. */
export function snapshotCaching(target: FingerprintTarget): SnapshotCaching | null {
  const { workspaceRoot, environments } = target;
  const folder = snapshotFolder(workspaceRoot, environments.base);
  const folders = new Map<string, string>();
  for (const [name, project] of environments.named) {
    const own = snapshotFolder(workspaceRoot, project);
    if (own !== null) folders.set(name, own);
  }
  if (folder === null || folders.size < environments.named.size) return null;
  return { fingerprint: fingerprintCommand(target), folder, folders };
}

/** The folder that Nx keeps, relative to the workspace; null outside of it. */
function snapshotFolder(workspaceRoot: string, { files: { snapshot } }: Project): string | null {
  const relative = path.relative(workspaceRoot, snapshot.directory);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return null;
  return relative.split(path.sep).join('/');
}
