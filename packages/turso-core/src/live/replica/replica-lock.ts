import { systemCode, TursoSyncError } from '../../errors';
import { holdExclusively } from '../../sqlite/files/exclusive';
import type { ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';
import { fileStamp } from './stamp';

/** A lock on a replica. */
export interface ReplicaLock {
  /** Checks whether it keeps others out. It no longer does if somebody removed its file, for example with the folder. */
  readonly isHeld: () => boolean;
  /** Takes the lock again if it is not held. Throws REPLICA_LOCKED if another program has it now. */
  readonly renew: () => void;
  readonly release: () => void;
}

/**
 * Locks a replica against other programs in any language, because two syncs would damage the file. The lock is SQLite's
 * own, on an empty database. The system releases it when its holder dies. Throws REPLICA_LOCKED and FILE_INACCESSIBLE.
 */
export function lockReplica(files: ReplicaFiles): ReplicaLock {
  let held = holdLock(files);
  const isHeld = (): boolean => held.inode === fileStamp(files.lock)?.inode;
  return {
    isHeld,
    renew() {
      if (isHeld()) return;
      held.release();
      held = holdLock(files);
    },
    release: () => held.release(),
  };
}

function holdLock({ database, lock }: ReplicaFiles): {
  readonly inode: bigint | undefined;
  readonly release: () => void;
} {
  try {
    const held = holdExclusively(lock);
    return { inode: fileStamp(lock)?.inode, release: () => held.close() };
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
