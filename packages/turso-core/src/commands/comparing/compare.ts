import path from 'node:path';
import { rehearse } from '../../apply/rehearse';
import { refuseLosses } from '../../changeset/as-on-remote';
import { withDiff, type Comparing } from '../../changeset/diff';
import type { Changeset } from '../../changeset/model';
import { systemCode, TursoSyncError } from '../../errors';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { LeftOutTable } from '../../sqlite/schema/left-out';
import { readSoundness, SOUNDNESS_QUERY } from '../../sqlite/soundness';
import { workingCopyError } from '../../project/working-copy/freeze';
import { freezeCopy } from '../../project/working-copy/freeze-copy';
import { timed, type OnEvent } from '../../events';
import {
  damaged,
  knownMark,
  readManifest,
  requireBaseline,
  type Manifest,
} from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { openState } from '../../project/state/open-state';
import { baseIsMissing, howToStart, isShared } from '../starting/how-to-start';
import { baseDatabase } from './base-database';
import { recoverDirectory } from '../../project/state/replace-directory';

/** The working copy held against its base. */
export interface Comparison {
  readonly changeset: Changeset;
  /** The database that the changes start from. */
  readonly before: string;
  /** The consistent copy of the working copy that the changes were found in. */
  readonly frozen: string;
  /** Tables and views that are left out of both; none if the databases come from elsewhere than the working copy. */
  readonly leftOut: readonly LeftOutTable[];
  /** Tries out a change of definitions: see {@link rehearse}. Throws UNSUPPORTED_CHANGE. */
  readonly rehearse: () => Promise<void>;
}

/** The manifest of the base. Throws BASELINE_MISSING, BASELINE_DAMAGED, STATE_TOO_NEW, STATE_LOCKED. */
export function requireBase(project: Project): Manifest {
  openState(project);
  recoverDirectory(project.files.base.directory);
  const manifest = requireBaseline(project.files.base);
  if (manifest !== null) return { ...manifest, fingerprint: knownMark(manifest, project.exclude) };
  throw new TursoSyncError('BASELINE_MISSING', baseIsMissing(project), { hint: howToStart(project) });
}

/**
 * Freezes the working copy into the temporary folder and runs work with what has changed since its base, or with null
 * when not a byte has. Throws the `WORKING_COPY_*` and `BASELINE_*` codes, UNSUPPORTED_CHANGE.
 */
export async function withComparison<T>(
  project: Project,
  temporary: string,
  work: (comparison: Comparison | null) => T | Promise<T>,
  onEvent?: OnEvent,
): Promise<T> {
  const base = project.files.base;
  const frozen = path.join(temporary, 'frozen.db');
  try {
    const { isMade, leftOut } = await freezeCopy(project, frozen, { unless: base.database, onEvent });
    if (!isMade) return await work(null);
    return await compareWithBase(project, frozen, (comparison) => work({ ...comparison, leftOut }), onEvent);
  } catch (error) {
    if (error instanceof TursoSyncError) throw error;
    // Two files are read at once, and SQLite does not say which of them it is about.
    const flaw = /^SQLITE_(NOTADB|CORRUPT)/.test(systemCode(error)) ? findFlaw(base.database) : null;
    throw flaw === null ? workingCopyError(error, project.workingCopy) : damaged(base, flaw, error);
  }
}

/** Runs work with what has to happen to the base so that it equals another local database. Throws UNSUPPORTED_CHANGE. */
export function compareWithBase<T>(
  project: Project,
  frozen: string,
  work: (comparison: Comparison) => T | Promise<T>,
  onEvent?: OnEvent,
): Promise<T> {
  const start = {
    database: baseDatabase(project, path.dirname(frozen)),
    manifest: readManifest(project.files.base),
  };
  // What another environment's pull brought has the rowids of its remote.
  return compareFrom(start, frozen, work, { onEvent, isShared: isShared(project) });
}

/** The same for another database that was taken from the remote, and its manifest. */
export function compareFrom<T>(
  { database: before, manifest }: { readonly database: string; readonly manifest: Manifest | null },
  frozen: string,
  work: (comparison: Comparison) => T | Promise<T>,
  { onEvent, ...options }: { readonly onEvent?: OnEvent | undefined; readonly isShared?: boolean } = {},
): Promise<T> {
  const compared = (changeset: Changeset): T | Promise<T> => {
    refuseLosses(changeset, manifest?.setAside ?? []);
    const places = { before, after: frozen, directory: path.dirname(frozen) };
    const carried = withoutRefused(changeset, manifest);
    return work({
      ...{ changeset: carried, before, frozen, leftOut: [] },
      rehearse: () => rehearse(changeset, places),
    });
  };
  const comparing: Comparing = (compare) => timed(onEvent, 'compare', compare);
  return withDiff(before, frozen, compared, { comparing, ...options });
}

/** A changeset without what the remote is known to refuse. */
export function withoutRefused(changeset: Changeset, manifest: Manifest | null): Changeset {
  return manifest?.userVersionStaysLocal === true ? { ...changeset, userVersion: null } : changeset;
}

/** What SQLite finds wrong with a database file, or null. */
function findFlaw(file: string): string | null {
  try {
    const answer = using(openReadOnly(file), (db) => db.prepare(SOUNDNESS_QUERY).pluck().get());
    return readSoundness(answer).damage?.replace(/^\*\*\*.*\n/, '') ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
