import fs from 'node:fs';
import path from 'node:path';
import { copyDatabase } from '../../project/state/copy-database';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { fileSystemError } from '../../project/state/disk';
import { withExclude, withoutFile, writeManifest, type Manifest } from '../../project/state/manifest';
import { keepOrigin, putBase } from '../../project/state/base';
import { keepBefore } from '../../project/state/before-push';
import { snapshotFiles, type Project } from '../../project/project';
import { copyStatistics, haveSameStatistics } from '../../sqlite/statistics';
import { notePull } from '../../project/state/pull-journal';

/** Further facts about the next base; see {@link moveBase}. */
interface Moved {
  /** States that its rows equal the remote's at the manifest's fingerprint. Default is that this is unknown. */
  readonly asRemote?: Manifest['asRemote'];
  /** The number of the push to keep the pages of the old base for; see {@link keepBefore}. Default is none. */
  readonly keepsBefore?: number | null;
}

/** Makes a database the base. Nobody may write to the database afterwards. */
export function moveBase(
  project: Project,
  temporary: string,
  database: string,
  manifest: Manifest,
  { asRemote, keepsBefore = null }: Moved = {},
): void {
  const directory = path.join(temporary, 'base');
  const next = snapshotFiles(directory);
  try {
    writeBase(project, directory, database, ofMoved(manifest, asRemote));
    if (manifest.method === 'push') keepOrigin(project.files.base, next);
    if (keepsBefore !== null) keepBefore(project.files.base, next, keepsBefore);
    putBase(project, directory);
  } catch (error) {
    throw fileSystemError(error, project.files.base.directory);
  }
}

function writeBase(project: Project, directory: string, database: string, manifest: Manifest): void {
  const files = snapshotFiles(directory);
  fs.mkdirSync(files.directory);
  placeDatabase(project, database, files.database);
  const { formatVersion: _, ...rest } = withExclude(manifest, project.exclude);
  writeManifest(files, { ...rest, bytes: fs.statSync(files.database).size });
}

/**
 * Places the database with the previous base's statistics, if there was one. These are the remote's: statistics made
 * here by the app are not sent there.
 */
function placeDatabase({ files: { base } }: Project, database: string, place: string): void {
  if (!fs.existsSync(base.database) || haveSameStatistics(base.database, database)) {
    linkOrCopy(database, place);
    return;
  }
  copyDatabase(database, place);
  copyStatistics(base.database, place);
}

function ofMoved(manifest: Manifest, asRemote: Manifest['asRemote']): Manifest {
  const moved = withoutFile(manifest);
  return asRemote === undefined ? moved : { ...moved, asRemote: { ...asRemote, isLocal: true } };
}

/** The manifest of the base after a push. */
export type PushedManifest = Omit<Manifest, 'createdAt' | 'method'>;

/**
 * Makes the result of a push the base. If the manifest has `asRemote`, it must be true of that result.
 *
 * @param keepsBefore - the number of the push, if the pages of the old base are to be kept for its undo.
 */
export function advanceBase(
  project: Project,
  temporary: string,
  database: string,
  manifest: PushedManifest,
  keepsBefore: number | null,
): void {
  const { asRemote } = manifest;
  moveBase(project, temporary, database, asPushed(manifest), { asRemote, keepsBefore });
}

/** Prepares the result of an undo for the working copy, as a pull would bring it in. It is the base afterwards. */
export function stageUndone(
  project: Project,
  temporary: string,
  database: string,
  manifest: PushedManifest,
): void {
  const files = snapshotFiles(path.join(temporary, 'undone'));
  writeBase(project, files.directory, database, ofMoved(asPushed(manifest), manifest.asRemote));
  notePull(project, files, { purpose: 'undo', receipt: null });
}

function asPushed(manifest: PushedManifest): Manifest {
  return { ...manifest, createdAt: new Date().toISOString(), method: 'push' };
}
