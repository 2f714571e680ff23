import path from 'node:path';
import { systemCode, TursoSyncError } from '../errors';
import { withDiff } from '../changeset/diff';
import type { Changeset } from '../changeset/model';
import { freeze, workingCopyError } from '../workspace/freeze';
import { damaged, requireBaseline, type Manifest } from '../workspace/manifest';
import type { Project } from '../workspace/project';
import { recoverDirectory } from '../workspace/replace-directory';

/** The working copy held against its base. */
export interface Comparison {
  readonly changeset: Changeset;
  /** The consistent copy of the working copy that the changes were found in. */
  readonly frozen: string;
}

/** The manifest of the base. Throws BASELINE_MISSING, BASELINE_DAMAGED, STATE_TOO_NEW. */
export function requireBase(project: Project): Manifest {
  recoverDirectory(project.files.base.directory);
  const manifest = requireBaseline(project.files.base);
  if (manifest !== null) return manifest;
  throw new TursoSyncError('BASELINE_MISSING', `There is no baseline in ${project.files.base.directory}.`, {
    hint: 'Run `turso-sync dump-init` first.',
  });
}

/**
 * Freezes the working copy into the temporary folder and runs work with what has changed since its base, or with null
 * when not a byte has. Throws the `WORKING_COPY_*` and `BASELINE_*` codes, UNSUPPORTED_CHANGE.
 */
export async function withComparison<T>(
  project: Project,
  temporary: string,
  work: (comparison: Comparison | null) => T | Promise<T>,
): Promise<T> {
  const base = project.files.base;
  const frozen = path.join(temporary, 'frozen.db');
  if (!(await freeze(project.workingCopy, frozen, base.database))) return work(null);
  try {
    return await withDiff(base.database, frozen, (changeset) => work({ changeset, frozen }));
  } catch (error) {
    const code = systemCode(error);
    if (code.startsWith('SQLITE_NOTADB')) throw damaged(base, 'baseline.db is not an SQLite database', error);
    throw error instanceof TursoSyncError ? error : workingCopyError(error, project.workingCopy);
  }
}
