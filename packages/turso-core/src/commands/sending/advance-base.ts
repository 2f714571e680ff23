import fs from 'node:fs';
import path from 'node:path';
import { copyDatabase } from '../../project/state/copy-database';
import { linkOrCopy } from '../../project/state/link-or-copy';
import { fileSystemError } from '../../project/state/disk';
import { withExclude, withoutFile, writeManifest, type Manifest } from '../../project/state/manifest';
import { keepOrigin, putBase } from '../../project/state/base';
import { baselineFiles, type Project } from '../../project/project';
import { copyStatistics, haveSameStatistics } from '../../sqlite/statistics';
import { notePull } from '../../project/state/pull-journal';

/**
 * Makes a database that is never written again the base.
 *
 * @param asRemote - says that its rows are just what the remote has at the manifest's mark. Default is that nobody knows.
 */
export function moveBase(
  project: Project,
  temporary: string,
  database: string,
  manifest: Manifest,
  asRemote?: Manifest['asRemote'],
): void {
  const directory = path.join(temporary, 'base');
  try {
    writeBaseline(project, directory, database, ofMoved(manifest, asRemote));
    if (manifest.method === 'push') keepOrigin(project.files.base, baselineFiles(directory));
    putBase(project.files, directory);
  } catch (error) {
    throw fileSystemError(error, project.files.base.directory);
  }
}

function writeBaseline(project: Project, directory: string, database: string, manifest: Manifest): void {
  const files = baselineFiles(directory);
  fs.mkdirSync(files.directory);
  placeDatabase(project, database, files.database);
  const { formatVersion: _, ...rest } = withExclude(manifest, project.exclude);
  writeManifest(files, { ...rest, bytes: fs.statSync(files.database).size });
}

/**
 * With the statistics of the base until now, if there was one, which are the remote's: those that the app has made here do not
 * go there.
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

/** The manifest of what a push leaves. */
export type PushedManifest = Omit<Manifest, 'createdAt' | 'method'>;

/** Makes what a push leaves the base; `asRemote` of the manifest then is true of what it leaves. */
export function advanceBase(
  project: Project,
  temporary: string,
  database: string,
  manifest: PushedManifest,
): void {
  const { asRemote } = manifest;
  moveBase(project, temporary, database, asPushed(manifest), asRemote);
}

/** Makes what an undo leaves ready to be brought into the working copy, as a pull would; it is the base afterwards. */
export function stageUndone(
  project: Project,
  temporary: string,
  database: string,
  manifest: PushedManifest,
): void {
  const files = baselineFiles(path.join(temporary, 'undone'));
  writeBaseline(project, files.directory, database, ofMoved(asPushed(manifest), manifest.asRemote));
  notePull(project, files, { purpose: 'undo', receipt: null });
}

function asPushed(manifest: PushedManifest): Manifest {
  return { ...manifest, createdAt: new Date().toISOString(), method: 'push' };
}
