import fs from 'node:fs';
import { fileSize, type ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';

/** Of the metadata: the log's identity (16), the number of the latest frame (8), and 8 that are not used. */
const METADATA_BYTES = 32;

/** The identity of the log that a replica follows, as `Hello` tells a server's, or null where it cannot be read. */
export function readReplicaLogId({ metadata }: ReplicaFiles): string | null {
  if (fileSize(metadata) !== METADATA_BYTES) return null;
  const bytes = fs.readFileSync(metadata);
  // A 128-bit number, the lowest byte first.
  const hex = Buffer.from(bytes.subarray(0, 16)).reverse().toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Removes a replica, but for its lock. */
export function removeReplica({ database, metadata }: ReplicaFiles): void {
  try {
    // The metadata last: without it, the database would be taken for one of somebody else.
    for (const file of [`${database}-wal`, `${database}-shm`, database, metadata])
      fs.rmSync(file, { force: true });
  } catch (error) {
    throw fileError(error, database);
  }
}
