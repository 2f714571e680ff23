import { createSqliteTarget, type SqliteTarget } from '../../sqlite/sqlite-target';
import { workingCopyError } from './freeze';

/**
 * The working copy as something that changes are applied to, through SQLite itself: in one transaction that waits for
 * other writers and that programs which have it open take notice of.
 * Its methods throw WORKING_COPY_LOCKED and the other codes of a working copy.
 */
export function workingCopyTarget(file: string): SqliteTarget {
  return createSqliteTarget(file, { toError: workingCopyError });
}
