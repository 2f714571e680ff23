import { TursoSyncError } from '../../errors';
import { fileSystemError } from '../../project/state/disk';

/** The message about completed work, for a failure of the next step. */
export interface Done {
  /** A sentence on what is done and what is not. */
  readonly message: string;
  /** The advice for this case. */
  readonly hint: string;
}

/** The working copy exists, but its base does not. */
export const WRITTEN: Done = {
  message: 'The working copy is there, but could not be recorded.',
  hint: 'Fix that, then run the same command again: it goes on from there.',
};

/** Runs the step after a lasting change. If it fails, the error says so instead of its usual message. */
export async function afterDone<T>({ message, hint }: Done, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = fileSystemError(error, '');
    if (!(known instanceof TursoSyncError)) throw known;
    throw new TursoSyncError(known.code, `${message} ${known.message}`, { hint, cause: error });
  }
}
