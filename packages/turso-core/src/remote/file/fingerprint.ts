import { createHash } from 'node:crypto';
import fs from 'node:fs';
import type { Database } from 'better-sqlite3';

/**
 * A digest of the database's bytes, its write-ahead log included. Reading goes on under a read lock, so that a rollback
 * journal's writer cannot change the file meanwhile; a checkpoint of a write-ahead log may change the bytes and not the
 * content, and then the mark differs although nothing has changed, which is the harmless side.
 */
export async function readFileFingerprint(db: Database, file: string): Promise<string> {
  if (!fs.existsSync(file)) return 'empty';
  db.exec('BEGIN');
  db.prepare('SELECT count(*) FROM sqlite_schema').get();
  const digest = createHash('sha256');
  for (const part of [file, `${file}-wal`]) {
    if (!fs.existsSync(part)) continue;
    for await (const chunk of fs.createReadStream(part, { highWaterMark: 1 << 20 }))
      digest.update(chunk as Buffer);
  }
  db.exec('ROLLBACK');
  return digest.digest('hex');
}
