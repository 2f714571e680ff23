import { systemCode, TursoSyncError } from '../../errors';
import { holdExclusively } from '../../sqlite/files/exclusive';
import type { ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';

/**
 * Locks a replica against other programs in any language, because two syncs would damage the file. The lock is SQLite's
 * own, on an empty database. The system releases it when its holder dies. Returns a function to release it. Throws
 * REPLICA_LOCKED and FILE_INACCESSIBLE.
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
