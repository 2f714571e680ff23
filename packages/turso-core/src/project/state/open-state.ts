import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import { snapshotFiles, type Project } from '../project';
import { checkState, claimState, removeUnused } from './claim-state';
import { fileSystemError } from './disk';
import { withLock, withLockNow } from './lock';
import { readManifest } from './manifest';
import { recoverDirectory, replaceDirectory } from './replace-directory';

/** Files and folders in the state folder of early builds. Now each environment has its own. */
const MOVED = [
  ...['base', 'snapshot', 'pushes'],
  ...['push.json', 'push.db', 'pull.json', 'conflicts.json', 'diff.sql', 'changes.json'],
];

/**
 * Runs work while no other process works on this state folder. The environment's own folder then exists. If the first
 * work in a folder fails, nothing of the state stays behind. Throws STATE_LOCKED with the holder's name, STATE_FOREIGN
 * and FILE_INACCESSIBLE.
 *
 * @param command - the holder's name for others, for example `push`.
 */
export async function withState<T>(project: Project, command: string, work: () => Promise<T>): Promise<T> {
  const created = claimState(project);
  return withLock(project.files.lock, command, async () => {
    if (isOld(project)) moveOld(project);
    makeFolder(project.files.environment);
    try {
      return await work();
    } catch (error) {
      if (created !== null) removeUnused(project, created);
      throw error;
    }
  });
}

/**
 * Updates the state folder to the present layout, for reading without {@link withState}. Throws STATE_LOCKED,
 * STATE_FOREIGN and FILE_INACCESSIBLE.
 */
export function openState(project: Project): void {
  checkState(project);
  if (isOld(project)) withLockNow(project.files.lock, () => moveOld(project));
}

function isOld({ files: { directory } }: Project): boolean {
  return [...MOVED, 'moving', 'base.previous', 'snapshot.previous'].some((name) =>
    fs.existsSync(path.join(directory, name)),
  );
}

/**
 * Moves the state of an early build to its environment. It first gathers everything in one folder, and gives that its
 * final name last. If a run dies in between, the next one can continue.
 */
function moveOld(project: Project): void {
  const { directory } = project.files;
  const moving = path.join(directory, 'moving');
  try {
    for (const name of ['base', 'snapshot']) recoverDirectory(path.join(directory, name));
    fs.mkdirSync(moving, { recursive: true });
    for (const name of MOVED) {
      const [from, to] = [path.join(directory, name), path.join(moving, name)];
      if (!fs.existsSync(from)) continue;
      fs.rmSync(to, { recursive: true, force: true });
      fs.renameSync(from, to);
    }
    const { environment } = ownerOf(project, moving).files;
    recoverDirectory(environment);
    const isLater = fs.existsSync(path.join(moving, 'base')) || !fs.existsSync(environment);
    // Version 0.1 cannot see the present layout. Any base it wrote is the latest one of the working copy.
    if (isLater) replaceDirectory(moving, environment);
    else fs.rmSync(moving, { recursive: true, force: true });
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

/** Returns the environment with the state's remote, or else the unnamed environment. */
function ownerOf(project: Project, folder: string): Project {
  const environments = [project, ...project.siblings()];
  const remote = ['base', 'snapshot']
    .map((name) => remoteOf(path.join(folder, name)))
    .find((location) => location !== null);
  const isOwner = (environment: Project): boolean => locationOf(environment) === remote;
  return environments.find(isOwner) ?? environments.find((e) => e.environment === null) ?? project;
}

function remoteOf(directory: string): string | null {
  try {
    return readManifest(snapshotFiles(directory))?.remote ?? null;
  } catch (error) {
    // A damaged manifest names no remote, and is reported on demand.
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}

function locationOf(project: Project): string | null {
  try {
    return project.address().location;
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}

function makeFolder(directory: string): void {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}
