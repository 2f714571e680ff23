import fs from 'node:fs';
import { resolveLinks } from './resolve-links';

/** The files of an embedded replica of libSQL, by the path of its database. */
export interface ReplicaFiles {
  readonly database: string;
  /** libSQL's note of the log that the replica follows, and of its position. The first sync creates it. */
  readonly metadata: string;
  readonly wal: string;
  /** Our own note: the replica's frame, and the state of its files at that time. */
  readonly note: string;
  /** An empty database. Its SQLite lock keeps other programs out. */
  readonly lock: string;
}

/** Returns the names of a replica's files. */
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
 * Checks whether a replica exists: its database, possibly empty, and libSQL's note about it. Neither is opened: that
 * would release the locks of a connection in the same process.
 */
export function isReplicaThere({ database, metadata }: ReplicaFiles): boolean {
  return isFile(database) && fileSize(metadata) > 0;
}

/** Checks whether a file of that name exists. */
export function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Returns the size of a file in bytes; 0 if there is none. */
export function fileSize(file: string): number {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}
