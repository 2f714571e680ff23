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
  fingerprintUnder,
  readManifest,
  requireManifest,
  type Manifest,
} from '../../project/state/manifest';
import type { Project } from '../../project/project';
import { refuseOtherCopy } from '../../project/state/begun';
import { openState } from '../../project/state/open-state';
import { baseIsMissing, howToStart, isShared } from '../starting/how-to-start';
import { baseDatabase } from './base-database';
import { recoverDirectory } from '../../project/state/replace-directory';

/** The working copy compared with its base. */
export interface Comparison {
  readonly changeset: Changeset;
  /** The database the changes start from. */
  readonly before: string;
  /** The consistent copy of the working copy used for the comparison. */
  readonly frozen: string;
  /** Tables and views left out on both sides; none if the databases do not come from the working copy. */
  readonly leftOut: readonly LeftOutTable[];
  /** Tries out a change of definitions: see {@link rehearse}. Throws UNSUPPORTED_CHANGE. */
  readonly rehearse: () => Promise<void>;
}

/**
 * Returns the manifest of the base. Throws BASE_MISSING, BASE_DAMAGED, STATE_SHARED, STATE_TOO_NEW and STATE_LOCKED.
 */
export function requireBase(project: Project): Manifest {
  openState(project);
  recoverDirectory(project.files.base.directory);
  refuseOtherCopy(project);
  const manifest = requireManifest(project.files.base);
  if (manifest !== null) return { ...manifest, fingerprint: fingerprintUnder(manifest, project.exclude) };
  throw new TursoSyncError('BASE_MISSING', baseIsMissing(project), { hint: howToStart(project) });
}

/**
 * Freezes the working copy into the temporary folder and passes its changes since the base to `work`. Passes null if
 * not a byte has changed.
 * Throws the `WORKING_COPY_*` and `BASE_*` codes and UNSUPPORTED_CHANGE.
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
    // Two files are open at once, and SQLite does not say which one the error concerns.
    const flaw = /^SQLITE_(NOTADB|CORRUPT)/.test(systemCode(error)) ? findFlaw(base.database) : null;
    throw flaw === null ? workingCopyError(error, project.workingCopy) : damaged(base, flaw, error);
  }
}

/** Passes the changes from the base to another local database to `work`. Throws UNSUPPORTED_CHANGE. */
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
  // Rows from another environment's pull have the rowids of its remote.
  return compareFrom(start, frozen, work, { onEvent, isShared: isShared(project) });
}

/** Does the same from another database taken from the remote, with its manifest. */
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

/** Returns a changeset without the changes the remote is known to refuse. */
export function withoutRefused(changeset: Changeset, manifest: Manifest | null): Changeset {
  return manifest?.userVersionStaysLocal === true ? { ...changeset, userVersion: null } : changeset;
}

/** Returns SQLite's description of a damaged database file, or null. */
function findFlaw(file: string): string | null {
  try {
    const answer = using(openReadOnly(file), (db) => db.prepare(SOUNDNESS_QUERY).pluck().get());
    return readSoundness(answer).damage?.replace(/^\*\*\*.*\n/, '') ?? null;
  } catch (error) {
    return (error as Error).message;
  }
}
