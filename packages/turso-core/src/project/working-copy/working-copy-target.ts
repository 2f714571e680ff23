import { createSqliteTarget, type SqliteTarget } from '../../sqlite/sqlite-target';
import { workingCopyError } from './freeze';

/**
 * Returns the working copy as a target for changes. They go through SQLite itself, in one transaction that waits for
 * other writers. Programs with the file open see them. Its methods throw WORKING_COPY_LOCKED and the other codes of a
 * working copy.
 */
export function workingCopyTarget(file: string): SqliteTarget {
  return createSqliteTarget(file, { toError: workingCopyError });
}
