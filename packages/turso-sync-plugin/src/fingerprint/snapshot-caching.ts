import path from 'node:path';
import type { Project } from 'turso-core/own-process';
import { fingerprintCommand, type FingerprintTarget } from './command';

/** The declarations of a target that takes a snapshot, so Nx never restores an outdated one. */
export interface SnapshotCaching {
  /** The `runtime` input: a command that prints the fingerprint of a run's remote. */
  readonly fingerprint: string;
  /** The folder of the base's snapshot, relative to the workspace. */
  readonly folder: string;
  /** The same for each environment with a name. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Returns null if the snapshot must not be cached: Nx keeps no outputs from outside the workspace. */
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

/** Returns the folder that Nx keeps, relative to the workspace. Null outside of it. */
function snapshotFolder(workspaceRoot: string, { files: { snapshot } }: Project): string | null {
  const relative = path.relative(workspaceRoot, snapshot.directory);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) return null;
  return relative.split(path.sep).join('/');
}
