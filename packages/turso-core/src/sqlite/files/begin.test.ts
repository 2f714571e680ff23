import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { beginReading, beginWriting } from './begin';
import { besideBusyWriter } from '../../../test/fixtures/busy-writer.fixture';

const file = path.join(makeTempDir(), 'app.db');
buildDatabase(file, 'CREATE TABLE t(v)');

test.each([
  ['reading', beginReading],
  ['writing', beginWriting],
])('%s begins in the gap that a program leaves between its transactions', async (_, begin) => {
  const db = new Database(file);
  await besideBusyWriter(file, async () => {
    // SQLite's own waiting meets one gap now and then, but not one after another.
    for (let i = 0; i < 4; i++) {
      await begin(db);
      expect(db.inTransaction).toBe(true);
      db.exec('ROLLBACK');
      await sleep(20);
    }
  });
  db.close();
});
