import fs from 'node:fs';
import path from 'node:path';
import { withDiff } from '../../changeset/diff';
import { countChanges, summarize } from '../../changeset/summary';
import { TursoSyncError } from '../../errors';
import type { OnEvent } from '../../events';
import { stateFiles, type Project } from '../../project/project';
import { originOf } from '../../project/state/base';
import { refuseOtherCopy } from '../../project/state/begun';
import { readManifest, soundManifest, type Manifest } from '../../project/state/manifest';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { recoverDirectory } from '../../project/state/replace-directory';
import { withTemporary } from '../../project/state/temporary';
import { openReadOnly, using } from '../../sqlite/files/open';
import { readSchema } from '../../sqlite/schema/schema';
import { requireBase } from '../comparing/compare';
import { finishPull } from '../recovery/finish-pull';
import { moveBase } from '../sending/advance-base';
import { nameOf, siblingWithBase } from './how-to-start';
import { hasObjects, remoteEmpty } from './remote-empty';

/**
 * Throws the errors of {@link requireBase}, unless the base can start from another environment's:
 * {@link startFromSibling}.
 */
export function requireStart(project: Project): void {
  if (isWithoutBase(project) && siblingWithBase(project) !== null) return;
  requireBase(project);
}

/** Checks whether {@link startFromSibling} or {@link fitAccepted} may move the base. */
export function mayMoveBase(project: Project, acceptRemote: boolean): boolean {
  return acceptRemote || isWithoutBase(project);
}

function isWithoutBase({ files }: Project): boolean {
  return readManifest(files.base) === null;
}

/**
 * Runs the work of a dry run on a private copy of the base. A base it makes or moves does not affect the next command.
 */
export function withPrivateBase<T>(project: Project, work: (project: Project) => Promise<T>): Promise<T> {
  const { files } = project;
  refuseOtherCopy(project);
  return withTemporary(files.directory, (temporary) => {
    const { base } = stateFiles(temporary, path.basename(files.environment));
    fs.mkdirSync(path.dirname(base.directory));
    recoverDirectory(files.base.directory);
    if (fs.existsSync(files.base.directory)) {
      fs.mkdirSync(base.directory);
      for (const name of fs.readdirSync(files.base.directory))
        linkOrCopy(path.join(files.base.directory, name), path.join(base.directory, name));
    }
    return work({ ...project, files: { ...files, directory: temporary, base } });
  });
}

/**
 * Gives an environment without a base its first one. It comes from the state last agreed between the working copy and
 * the remote of another environment. Differences on the new remote then count as someone else's changes, and guards
 * protect them. Does nothing if there is a base, or none to start from. The caller holds the lock. Throws REMOTE_EMPTY.
 *
 * @param take - takes or finds a snapshot of the new remote.
 */
export async function startFromSibling(
  project: Project,
  take: () => Promise<Manifest>,
  onEvent: OnEvent | undefined,
): Promise<void> {
  if (!isWithoutBase(project) || siblingWithBase(project) === null) return;
  const snapshot = await take();
  const { database } = project.files.snapshot;
  const candidates: Candidate[] = [];
  for (const sibling of project.siblings()) {
    if (sibling.workingCopy !== project.workingCopy || soundManifest(sibling.files.base) === null) continue;
    await finishPull(sibling);
    candidates.push(...candidatesOf(sibling));
  }
  const isFull = (file: string): boolean => hasObjects(file, project.exclude);
  if (!isFull(database) && candidates.some((c) => isFull(c.database)))
    throw remoteEmpty(project, snapshot.remote);
  const nearest = await nearestTo(database, candidates);
  if (nearest === null) return;
  const manifest = asFirst(nearest, snapshot);
  await withTemporary(project.files.directory, (temporary) => {
    moveBase(project, temporary, nearest.database, manifest);
  });
  const from = nearest.sibling.environment;
  onEvent?.({
    type: 'warning',
    message: `First use of ${nameOf(project.environment)}: its base starts from that of ${nameOf(from)}, of ${nearest.manifest.createdAt}. What differs on ${snapshot.remote} counts as someone else's change.`,
  });
}

/**
 * Returns to the base from before one's own pushes, if an accepted remote is nearer to it. The pushed changes are then
 * edits again, rather than rows others have removed. The caller holds the lock.
 *
 * @param take - takes a snapshot of the accepted remote.
 */
export async function fitAccepted(
  project: Project,
  take: () => Promise<Manifest>,
  onEvent: OnEvent | undefined,
): Promise<void> {
  const candidates = candidatesOf(project);
  const [base] = candidates;
  if (base === undefined || candidates.length === 1 || base.manifest.fingerprint !== null) return;
  const snapshot = await take();
  const nearest = await nearestTo(project.files.snapshot.database, candidates);
  if (nearest === null || nearest.database === base.database) return;
  await withTemporary(project.files.directory, (temporary) => {
    moveBase(project, temporary, nearest.database, nearest.manifest);
  });
  const message = `${snapshot.remote} is nearer to what the base was before your own pushes, so they count as edits again.`;
  onEvent?.({ type: 'warning', message });
}

/** A possible ancestor of the working copy. */
interface Candidate {
  readonly sibling: Project;
  readonly database: string;
  readonly manifest: Manifest;
}

/**
 * Returns the states last agreed between a sibling's remote and the working copy: the latest, and the one before one's
 * own pushes.
 */
function candidatesOf(sibling: Project): Candidate[] {
  const manifest = soundManifest(sibling.files.base);
  if (manifest === null) return [];
  const databases = [sibling.files.base.database, originOf(sibling.files.base)];
  return databases.filter((file) => fs.existsSync(file)).map((database) => ({ sibling, database, manifest }));
}

/** Finds the candidate with the fewest differences from a snapshot: of two ancestors, the nearer one. */
async function nearestTo(snapshot: string, candidates: readonly Candidate[]): Promise<Candidate | null> {
  let nearest: { readonly candidate: Candidate; readonly distance: number } | null = null;
  for (const candidate of candidates) {
    const distance = candidates.length === 1 ? 0 : await countDifferences(candidate.database, snapshot);
    if (nearest === null || distance < nearest.distance) nearest = { candidate, distance };
  }
  return nearest?.candidate ?? null;
}

async function countDifferences(from: string, to: string): Promise<number> {
  try {
    return await withDiff(from, to, (changeset) => countChanges(summarize(changeset)));
  } catch (error) {
    // Too different to compare.
    if (error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE') return Infinity;
    throw error;
  }
}

/** Returns the manifest of a base for a remote other than its origin. */
function asFirst({ database, manifest }: Candidate, snapshot: Manifest): Manifest {
  const { remote, identity, setAside } = snapshot;
  const { userVersionStaysLocal: _, ...known } = manifest;
  const movedRowids = using(openReadOnly(database), (db) => [...readSchema(db).tables.keys()]);
  return { ...known, remote, ...(identity && { identity }), setAside, movedRowids, fingerprint: null };
}
