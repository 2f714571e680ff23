import { createHash, type Hash } from 'node:crypto';
import fs from 'node:fs';
import { beginReading } from '../../sqlite/files/begin';
import { readPieces } from '../../sqlite/files/read-pieces';
import type { Database } from '../../sqlite/files/sqlite';

/**
 * Returns a digest of the database's bytes, including its write-ahead log. Reads under a read lock, so a writer with a
 * rollback journal cannot change the file meanwhile. A checkpoint of a write-ahead log may change the bytes but not the
 * content. The fingerprint then differs without a change, which is harmless.
 *
 * Reads without a pause: a longer lock would keep this very process from writing, and SQLite would wait in vain.
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
  for (const piece of readPieces(file)) digest.update(piece);
}
