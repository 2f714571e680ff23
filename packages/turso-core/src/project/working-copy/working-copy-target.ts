import { createSqliteTarget, type AttachedFile, type SqliteTarget } from '../../sqlite/sqlite-target';
import { workingCopyError } from './freeze';

/**
 * Returns the working copy as a target for changes. They go through SQLite itself, in one transaction that waits for
 * other writers. Programs with the file open see them. Its methods throw WORKING_COPY_LOCKED and the other codes of a
 * working copy.
 *
 * @param attach - databases to read from in a transaction. Default is none.
 */
export function workingCopyTarget(file: string, attach: readonly AttachedFile[] = []): SqliteTarget {
  return createSqliteTarget(file, { toError: workingCopyError, attach });
}
