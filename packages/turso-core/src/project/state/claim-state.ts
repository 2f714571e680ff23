import fs from 'node:fs';
import path from 'node:path';
import { systemCode, TursoSyncError } from '../../errors';
import { DEFAULT_ENVIRONMENT, type Project } from '../project';
import { BEGUN } from './begun';
import { fileSystemError } from './disk';

/** The marker of our state folder. It also keeps the folder's data out of version control. */
const MARKER = '.gitignore';
const FIRST_LINE = '# Made by turso-sync, which replaces and removes files in this folder.';

/**
 * Creates the state folder, readable only by its owner, or checks that an existing one is ours. Files in it are
 * replaced and removed without asking. Returns the topmost folder that it created, or null. Throws STATE_FOREIGN and
 * FILE_INACCESSIBLE.
 */
export function claimState(project: Project): string | null {
  const { directory } = project.files;
  try {
    const created = fs.mkdirSync(directory, { recursive: true, mode: 0o700 }) ?? null;
    refuseLinks(project);
    if (isMarked(directory)) return created;
    refuseForeign(project);
    makePrivate(directory);
    if (!fs.existsSync(path.join(directory, MARKER)))
      fs.writeFileSync(path.join(directory, MARKER), `${FIRST_LINE}\n*\n`, { mode: 0o600 });
    return created;
  } catch (error) {
    throw fileSystemError(error, directory);
  }
}

/** Checks the state folder for reading: a missing folder contains nothing foreign. */
export function checkState(project: Project): void {
  if (fs.existsSync(project.files.directory)) claimState(project);
}

/**
 * Removes a state folder that holds nothing yet, and its parents up to the topmost created folder. Leaves anything else
 * as it is. The caller holds the lock.
 */
export function removeUnused({ files }: Project, created: string): void {
  const { directory, environment, lock } = files;
  try {
    const names = new Set(fs.readdirSync(directory));
    for (const own of [MARKER, path.basename(lock), `${path.basename(lock)}.json`]) names.delete(own);
    if (names.delete(path.basename(environment))) fs.rmdirSync(environment);
    if (names.size > 0) return;
    // Fails first where an open file cannot be removed.
    for (const file of [lock, `${lock}.json`, path.join(directory, MARKER)]) fs.rmSync(file, { force: true });
    for (let folder = directory; folder.startsWith(created); folder = path.dirname(folder))
      fs.rmdirSync(folder);
  } catch {
    // It is in use, or not ours. What stays does no harm.
  }
}

function isMarked(directory: string): boolean {
  try {
    return fs.readFileSync(path.join(directory, MARKER), 'utf8').startsWith(FIRST_LINE);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

// Folders of earlier versions were readable by everyone.
function makePrivate(directory: string): void {
  try {
    fs.chmodSync(directory, 0o700);
  } catch {
    // It belongs to somebody else, but we may write to it.
  }
}

/** Refuses links: our files must not end up in somebody else's folder. */
function refuseLinks({ files: { directory, environment } }: Project): void {
  for (const folder of [directory, environment]) {
    const link = entriesOf(folder).find((entry) => entry.isSymbolicLink());
    if (link === undefined) continue;
    throw foreign(directory, `holds a link, ${path.join(folder, link.name)}, which is never followed`, {
      hint: 'Remove the link. To keep the state elsewhere, let the state folder itself be the link, or set "stateDir".',
    });
  }
}

/** Recognises a folder without a marker: from an early build, from a cache, or with only a live connection's replica. */
function refuseForeign(project: Project): void {
  const { directory } = project.files;
  const entries = entriesOf(directory);
  const unknown = entries.filter((entry) => !isKnown(project, entry));
  const isProven = entries.every(({ name }) => isHarmless(project, name)) || hasProof(directory, entries);
  if (unknown.length === 0 && isProven) return;
  const names = (unknown.length > 0 ? unknown : entries).map(({ name }) => name);
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ', ..' : '');
  throw foreign(directory, `holds files that are not turso-sync's: ${shown}`, {
    hint: 'Set "stateDir" to a folder that does not exist yet, or is empty. Nothing was changed.',
  });
}

const OF_SNAPSHOT = /^(baseline\.db|origin\.db|before-push-\d+|manifest\.json(\.new)?|original_dump\.sql)$/;
const SNAPSHOTS = /^(base|snapshot|incoming)(\.previous)?$/;
const FILES =
  /^(diff\.sql|rows\.txt|changes\.json|conflicts\.json|push(-from|-base)?\.db|pu(sh|ll)\.json(\.new)?)$/;

function isKnown(project: Project, entry: fs.Dirent): boolean {
  const { directory } = project.files;
  const folder = path.join(directory, entry.name);
  const environments = [DEFAULT_ENVIRONMENT, 'moving', ...project.environments];
  if (isHarmless(project, entry.name) || isOfEnvironment(directory, entry)) return true;
  if (!entry.isDirectory()) return /^lock(\.json)?$|^folder-id$|^tmp-[\w-]+\.lock$/.test(entry.name);
  if (entry.name === BEGUN) return entriesOf(folder).every((note) => note.isFile());
  if (entry.name === 'backups') return entriesOf(folder).every(({ name }) => /-\d{4}-\d\d-\d\dT/.test(name));
  if (environments.includes(entry.name))
    return entriesOf(folder).every((inner) => isOfEnvironment(folder, inner));
  return /^tmp-\d+-\w{6}$|^tmp-[0-9a-f-]{36}$/.test(entry.name);
}

/**
 * Checks whether an entry belongs to an environment's folder. Version 0.1 had these entries in the state folder itself.
 */
function isOfEnvironment(folder: string, entry: fs.Dirent): boolean {
  const inner = path.join(folder, entry.name);
  if (!entry.isDirectory()) return FILES.test(entry.name);
  if (SNAPSHOTS.test(entry.name)) return entriesOf(inner).every(({ name }) => OF_SNAPSHOT.test(name));
  if (entry.name === 'plans') return entriesOf(inner).every((plan) => plan.isFile());
  return entry.name === 'pushes' && entriesOf(inner).every(({ name }) => /^\d+\b/.test(name));
}

/**
 * Recognises entries of others: of the system, of a live connection in any language, or of a working copy or replica.
 */
function isHarmless({ files: { directory }, workingCopy, replica }: Project, name: string): boolean {
  if (/^(\.gitignore|\.gitkeep|\.DS_Store|Thumbs\.db|live|replica\.db.*)$/.test(name)) return true;
  const file = path.join(directory, name);
  return [workingCopy, replica].some((ours) => file.startsWith(ours) || ours.startsWith(file + path.sep));
}

/** Checks for proof beyond names: other tools have a folder `base` as well. */
function hasProof(directory: string, entries: readonly fs.Dirent[]): boolean {
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(directory, name));
  const isManifest = (folder: string): boolean => fs.existsSync(path.join(folder, 'manifest.json'));
  return (
    entries.some(({ name }) => name === 'lock') ||
    folders.some(
      (folder) =>
        isManifest(folder) || ['base', 'snapshot'].some((name) => isManifest(path.join(folder, name))),
    )
  );
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function foreign(directory: string, what: string, { hint }: { hint: string }): TursoSyncError {
  return new TursoSyncError('STATE_FOREIGN', `The state folder ${directory} ${what}.`, { hint });
}
