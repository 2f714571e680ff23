import { createFileRemote } from '../../remote/file/file-remote';
import type { Remote } from '../../remote/remote';
import { workingCopyError } from './freeze';

/**
 * The working copy as something that changes are applied to, through SQLite itself: in one transaction that waits for
 * other writers and that programs which have it open take notice of.
 * Its methods throw WORKING_COPY_LOCKED and the other codes of a working copy.
 */
export function workingCopyTarget(file: string): Pick<Remote, 'transact' | 'read' | 'location'> {
  const remote = createFileRemote(file, file, { toError: workingCopyError, mustExist: true });
  return {
    location: file,
    read: (...args) => remote.read(...args),
    transact: (statements) => remote.transact(statements),
  };
}
