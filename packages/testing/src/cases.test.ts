import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { buildDatabase, editDatabase } from './build-database';
import { loadCases } from './cases';
import { makeTempDir } from './temp-dir';

const path = join(makeTempDir(), 'case.db');

test.each([...loadCases('push'), ...loadCases('drift')])('$name runs', ({ base, edit, remote }) => {
  for (const change of [edit, remote ?? '']) {
    buildDatabase(path, base);
    editDatabase(path, change);
  }
});

test('a case has its description; one of drift also what happens to the remote', () => {
  expect(loadCases('push').find(({ name }) => name === '07-unique-swap')?.description).toBe(
    'two rows exchange a UNIQUE value',
  );
  for (const { description, remote } of loadCases('drift')) {
    expect(description).toMatch(/^expect: (clean|conflict)/);
    expect(remote).toMatch(/;/);
  }
});

test('a built database has a rollback journal, 4096-byte pages and nothing beside it', () => {
  buildDatabase(path, 'PRAGMA journal_mode=WAL; PRAGMA application_id=7; CREATE TABLE t(v)');
  const header = readFileSync(path).subarray(0, 100);
  expect([header.readUInt16BE(16), header[18], header[19], header.readUInt32BE(68)]).toEqual([4096, 1, 1, 7]);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test('SQL runs as in the stock shell: foreign keys are off unless it turns them on', () => {
  const tables = `CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE);
    INSERT INTO p VALUES(1); INSERT INTO c VALUES(1);`;
  const count = () => new Database(path, { readonly: true }).prepare('SELECT count(*) FROM c').pluck().get();
  buildDatabase(path, tables);
  editDatabase(path, 'DELETE FROM p');
  expect(count()).toBe(1);
  buildDatabase(path, tables);
  editDatabase(path, 'PRAGMA foreign_keys=ON; DELETE FROM p');
  expect(count()).toBe(0);
});
