import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { workingCopyTarget } from './working-copy-target';

const dir = makeTempDir();

const uses = {
  read: (file: string) => workingCopyTarget(file).read((query) => query('SELECT 1 FROM t')),
  transact: (file: string) => workingCopyTarget(file).transact([{ sql: 'INSERT INTO t VALUES (1)' }]),
};

describe.each(['read', 'transact'] as const)('a working copy, to %s,', (use) => {
  test('that is gone meanwhile is not recreated', async () => {
    const file = path.join(dir, 'gone.db');
    await expect(uses[use](file)).rejects.toMatchObject({ code: 'FILE_INACCESSIBLE' });
    expect(existsSync(file)).toBe(false);
  });

  test('that somebody keeps locked is said to be', async () => {
    const file = path.join(dir, `${use}.db`);
    buildDatabase(file, 'CREATE TABLE t(v)');
    const other = new Database(file);
    other.exec('BEGIN EXCLUSIVE');
    await expect(uses[use](file)).rejects.toMatchObject({ code: 'WORKING_COPY_LOCKED', retryable: true });
    other.close();
  });
});
