import path from 'node:path';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { beginReading, beginWriting } from './begin';
import { besideBusyWriter } from './busy-writer.fixture';

const file = path.join(makeTempDir(), 'app.db');
buildDatabase(file, 'CREATE TABLE t(v)');

test.each([
  ['reading', beginReading],
  ['writing', beginWriting],
])('%s begins in the gap that a program leaves between its transactions', async (_, begin) => {
  const db = new Database(file);
  await besideBusyWriter(file, () => begin(db));
  expect(db.inTransaction).toBe(true);
  db.close();
});
