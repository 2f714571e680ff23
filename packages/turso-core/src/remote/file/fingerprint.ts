import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import { beginReading } from '../../sqlite/files/begin';
import type { Database } from '../../sqlite/files/sqlite';

/** Bytes read at once. */
const PIECE = 1 << 20;

/**
 * A digest of the database's bytes, its write-ahead log included. Reading goes on under a read lock, so that a rollback
 * journal's writer cannot change the file meanwhile; a checkpoint of a write-ahead log may change the bytes and not the
 * content, and then the mark differs although nothing has changed, which is the harmless side.
 *
 * Without a pause once it has begun, since a lock that lasts would keep this very process from writing: SQLite waits for it in vain.
 */
export async function readFileFingerprint(db: Database, file: string): Promise<string> {
  if (!fs.existsSync(file)) return 'empty';
  await beginReading(db);
  try {
    const digest = createHash('sha256');
    for (const part of [file, `${file}-wal`]) if (fs.existsSync(part)) digestFile(part, digest);
    return digest.digest('hex');
  } finally {
    db.exec('ROLLBACK');
  }
}

function digestFile(file: string, digest: Hash): void {
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let read: number; (read = fs.readSync(handle, buffer)) > 0;) digest.update(buffer.subarray(0, read));
  } finally {
    fs.closeSync(handle);
  }
}
