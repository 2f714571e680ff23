import fs from 'node:fs';
import path from 'node:path';
import { withDiff } from '../../changeset/diff';
import { countChanges, isEmpty, summarize } from '../../changeset/summary';
import { TursoSyncError } from '../../errors';
import { beginStep, type OnEvent } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { replaceBase } from '../../project/state/base';
import { knownRemote } from '../../project/state/known-remote';
import type { Manifest } from '../../project/state/manifest';
import { pullDone } from '../../project/state/pull-journal';
import { endPush } from '../../project/state/push-journal';
import { withTemporary } from '../../project/state/temporary';
import { freeze, requireWorkingCopy, sameBytes } from '../../project/working-copy/freeze';
import { backUpWorkingCopy, writeWorkingCopy } from '../../project/working-copy/working-copy';
import { withComparison } from '../comparing/compare';
import { afterDone, WRITTEN } from '../reporting/half-done';
import { takeSnapshot } from '../fetching/take-snapshot';
import { hasObjects } from './remote-empty';

/** Options for keeping local data as edits. */
export interface KeepOptions {
  /** The file to become the working copy; the remote must be empty. If left out, the existing working copy is kept. */
  readonly from?: string | undefined;
  readonly force?: boolean | undefined;
  readonly acceptRemote?: boolean | undefined;
  readonly onEvent?: OnEvent | undefined;
}

/** The result of keeping local data. */
export interface Kept {
  readonly snapshot: Manifest;
  readonly outcome: 'created' | 'kept';
  readonly pending: number;
  readonly backup: string | null;
}

/**
 * Makes the remote's present state the base, and a local database the working copy. Every difference between them is
 * then an edit for the next push. The caller holds the lock.
 * Throws ALREADY_INITIALIZED, REMOTE_NOT_EMPTY, WORKING_COPY_HAS_CHANGES and the codes of files.
 */
export async function initKeeping(
  project: Project,
  remote: ProjectRemote,
  options: KeepOptions,
): Promise<Kept> {
  const { files, workingCopy } = project;
  const isFirst = isUnused(project) || options.acceptRemote === true;
  if (options.from !== undefined && !isFirst) throw alreadyInitialized(project);
  const from = path.resolve(project.directory, options.from ?? workingCopy);
  if (options.from === undefined) requireWorkingCopy(workingCopy);
  const snapshot = await takeSnapshot(project, remote, {
    ...{ dump: 'write', isAnew: true, onEvent: options.onEvent },
  });
  if (options.from !== undefined && hasObjects(files.snapshot.database, project.exclude))
    throw notEmpty(snapshot.remote, from);
  const isItself = fs.existsSync(workingCopy) && fs.realpathSync(from) === fs.realpathSync(workingCopy);
  // Nothing aborts it from here on.
  const end = beginStep(options.onEvent, 'write the working copy');
  const backup = isItself ? null : await copyToWorkingCopy(project, from, options.force === true);
  // Comes second. If we die in between, there is a working copy without a base, and the same command continues.
  await afterDone(WRITTEN, () => replaceBase(project, files.snapshot, snapshot));
  end();
  endPush(files);
  pullDone(project);
  const pending = await withTemporary(files.directory, (temporary) =>
    withComparison(
      project,
      temporary,
      (found) => (found === null ? 0 : countChanges(summarize(found.changeset))),
      options.onEvent,
    ),
  );
  return { snapshot, outcome: isItself ? 'kept' : 'created', pending, backup };
}

/** Checks whether there is no base, or only one of an empty remote. Replacing it then loses nothing. */
function isUnused(project: Project): boolean {
  const { database } = project.files.base;
  return knownRemote(project) === null || (fs.existsSync(database) && !hasObjects(database, []));
}

/**
 * Checks whether replacing a working copy loses nothing: it is empty, as when made from an empty remote, or equal to
 * its replacement.
 */
async function isNoLoss(workingCopy: string, by: string, temporary: string): Promise<boolean> {
  const old = path.join(temporary, 'old.db');
  await freeze(workingCopy, old);
  return !hasObjects(old, []) || withDiff(old, by, (changeset) => isEmpty(summarize(changeset)));
}

/** Copies a database to the place of the working copy. Returns the backup of the old working copy, or null. */
async function copyToWorkingCopy(project: Project, from: string, force: boolean): Promise<string | null> {
  const { files, workingCopy } = project;
  return withTemporary(files.directory, async (temporary) => {
    const copy = path.join(temporary, 'from.db');
    await freezeSource(from, copy);
    const isThere = fs.existsSync(workingCopy);
    if (isThere && sameBytes(copy, workingCopy)) return null;
    if (isThere && !force && !(await isNoLoss(workingCopy, copy, temporary)))
      throw inTheWay(workingCopy, from);
    const backup = isThere ? await backUpWorkingCopy(workingCopy) : null;
    await writeWorkingCopy(workingCopy, copy);
    return backup;
  });
}

/** Makes sure the file meant to fill an empty remote exists. Throws FILE_INACCESSIBLE. */
export function requireSource(project: Project, given: string): void {
  const from = path.resolve(project.directory, given);
  if (fs.statSync(from, { throwIfNoEntry: false })?.isFile() === true) return;
  throw new TursoSyncError('FILE_INACCESSIBLE', `There is no file ${from}.`, {
    hint: 'Name the SQLite database that the remote is to be filled with. Nothing was changed.',
  });
}

async function freezeSource(from: string, copy: string): Promise<void> {
  try {
    await freeze(from, copy);
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code.startsWith('WORKING_COPY_'))) throw error;
    throw new TursoSyncError(error.code, error.message, {
      hint: 'Name an SQLite database that no other program keeps locked. Nothing was changed.',
      retryable: error.retryable,
      cause: error,
    });
  }
}

function alreadyInitialized({ files }: Project): TursoSyncError {
  return new TursoSyncError('ALREADY_INITIALIZED', `There is a base already in ${files.base.directory}.`, {
    hint: 'Edit the working copy, and run `turso-sync push`. To go to another remote, name its URL and add --accept-remote.',
  });
}

function notEmpty(location: string, from: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_NOT_EMPTY',
    `${location} has tables already, so ${from} cannot fill it.`,
    {
      hint: 'Name an empty database. To work on what is there, run `turso-sync init`. To bring it to the content of your file, put that in the place of the working copy and run `turso-sync init --keep-edits`.',
    },
  );
}

function inTheWay(workingCopy: string, from: string): TursoSyncError {
  return new TursoSyncError(
    'WORKING_COPY_HAS_CHANGES',
    `${workingCopy} already exists, and is not a copy of ${from}.`,
    { hint: 'Move it away, or add --force, which keeps a dated backup of it. Nothing was changed.' },
  );
}
