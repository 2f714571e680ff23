import { systemCode, TursoSyncError } from '../../errors';
import { holdExclusively } from '../../sqlite/files/exclusive';
import type { ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';

/**
 * Keeps other programs away from a replica, in any language: two that sync one file would spoil it. The lock is SQLite's own on an
 * empty database, so that the system lets go of it whenever its holder dies. Answers with what lets go of it.
 * Throws REPLICA_LOCKED and FILE_INACCESSIBLE.
 */
export function lockReplica({ database, lock }: ReplicaFiles): () => void {
  try {
    const held = holdExclusively(lock);
    return () => held.close();
  } catch (error) {
    throw systemCode(error).startsWith('SQLITE_BUSY') ? locked(database, error) : fileError(error, lock);
  }
}

function locked(database: string, cause: unknown): TursoSyncError {
  return new TursoSyncError('REPLICA_LOCKED', `The replica ${database} is in use by another connection.`, {
    hint: 'Give each program a replica of its own, or close the other one. A program that died holds no lock.',
    retryable: true,
    cause,
  });
}
