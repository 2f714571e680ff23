import path from 'node:path';
import { buildDatabase, execOn, makeTempDir, requireTool, startSqld } from '@turso-sync/testing';
import { makeProject } from '../../test/fixtures/cli.fixture';
import { Database } from '../sqlite/files/sqlite';
import { readSchema } from '../sqlite/schema/schema';
import { checksumQueries, sha3Query } from './checksum';

/** More rows than one query has. */
const COUNT = 250_001;
const rows = (columns: string): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT}) SELECT ${columns} FROM n`;
const MANY = `CREATE TABLE chosen(id INTEGER PRIMARY KEY, v); INSERT INTO chosen ${rows('i * 3 - 400000, i')};
  CREATE TABLE hidden(v); INSERT INTO hidden ${rows('i')};
  CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO keyed ${rows("'k' || i, i")};
  CREATE TABLE few(id INTEGER PRIMARY KEY); INSERT INTO few VALUES (1);`;

describe('the checksums of tables with many rows', () => {
  const db = new Database(':memory:');
  let queries: readonly string[];
  const digests = (): string[] => queries.map((sql) => sha3Query(db, sql));

  beforeAll(() => {
    db.exec(MANY);
    queries = checksumQueries(db, readSchema(db)) ?? [];
  });
  afterAll(() => void db.close());

  test('are of pieces that hold each row once', () => {
    const count = (sql: string): number =>
      db.prepare(`SELECT count(*) FROM (${sql})`).pluck().get() as number;
    expect(queries.map(count)).toEqual([250_000, 1, 250_000, 1, 250_000, 1, 1]);
  });

  test.each([
    ['before the first', 'INSERT INTO chosen VALUES (-9223372036854775808, 1)'],
    ['between two pieces', 'INSERT INTO chosen VALUES (350001, 1)'],
    ['behind the last', 'INSERT INTO chosen VALUES (9223372036854775807, 1)'],
    ['of a hidden rowid', 'INSERT INTO hidden VALUES (1)'],
    ['of another key', "INSERT INTO keyed VALUES ('zzz', 1)"],
  ])('tell of a row %s', (_, sql) => {
    const before = digests();
    db.exec(`BEGIN; ${sql}`);
    const after = digests();
    db.exec('ROLLBACK');
    expect(after).not.toEqual(before);
    expect(digests()).toEqual(before);
  });
});

const testWithSqld = requireTool('sqld') ? test : test.skip;

testWithSqld('a server computes the same of all pieces', async () => {
  const database = path.join(makeTempDir(), 'many.db');
  buildDatabase(database, MANY);
  const server = await startSqld({ database });
  const project = makeProject(server);
  expect((await project.run('dump-init')).exit).toBe(0);
  expect((await project.run('verify')).stdout).toMatch(/^Equal: .*by checksums/);
  await execOn(server, 'UPDATE chosen SET v = 0 WHERE id = 350000');
  expect((await project.run('verify')).exit).toBe(2);
  await server.stop();
});
