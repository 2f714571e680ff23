import fs from 'node:fs';
import { resolveLinks } from './resolve-links';

/** The files of an embedded replica of libSQL's, by the path of its database. */
export interface ReplicaFiles {
  readonly database: string;
  /** Where libSQL notes which log the replica follows, and how far. It makes it with the first sync. */
  readonly metadata: string;
  readonly wal: string;
  /** Our own note: which frame the replica is at, and what its files looked like then. */
  readonly note: string;
  /** An empty database whose SQLite lock keeps other programs out. */
  readonly lock: string;
}

/** Names the files of a replica. */
export function replicaFiles(file: string): ReplicaFiles {
  const database = resolveLinks(file);
  return {
    database,
    metadata: `${database}-client_wal_index`,
    wal: `${database}-wal`,
    note: `${database}-note`,
    lock: `${database}-lock`,
  };
}

/**
 * Whether a replica is there: its database, which may be empty, and what libSQL notes of it. Neither is opened: that would let go
 * of the locks of a connection in the same process.
 */
export function isReplicaThere({ database, metadata }: ReplicaFiles): boolean {
  return isFile(database) && fileSize(metadata) > 0;
}

/** Whether there is a file of that name. */
export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Bytes of a file; 0 where there is none. */
export function fileSize(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}
