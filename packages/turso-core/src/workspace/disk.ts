import { TursoSyncError } from '../errors';

/** The error for a disk that is full; the caller's temporary files are removed anyway. */
export function diskFull(cause: unknown): TursoSyncError {
  return new TursoSyncError('DISK_FULL', 'No space left on the disk.', {
    hint: 'Free some space and run the command again. Nothing was changed.',
    cause,
  });
}
