import { TursoSyncError } from '../../errors';
import { fileSystemError } from '../../project/state/disk';

/** What a command has done, if what comes next fails. */
export interface Done {
  /** A sentence on what is done, and what is not. */
  readonly message: string;
  /** What to do then. */
  readonly hint: string;
}

/** Of a working copy that is there, and whose base is not. */
export const WRITTEN: Done = {
  message: 'The working copy is there, but could not be recorded.',
  hint: 'Fix that, then run the same command again: it goes on from there.',
};

/** Does what comes after a change that stays, whatever happens here: an error says so, instead of what it would say otherwise. */
export async function afterDone<T>({ message, hint }: Done, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = fileSystemError(error, '');
    if (!(known instanceof TursoSyncError)) throw known;
    throw new TursoSyncError(known.code, `${message} ${known.message}`, { hint, cause: error });
  }
}
