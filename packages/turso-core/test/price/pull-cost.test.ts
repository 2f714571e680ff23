import { execOn, makeTempDir, requireTool, startDouble, startSqld, whileCounting } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { snapshot } from '../../src/commands/snapshot';
import { status } from '../../src/commands/status';
import { loadProject } from '../../src/project/load-project';
import { statusText } from '../../src/report/text';
import { makeFileProject } from '../fixtures/project.fixture';

const ROWS = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${count})`;
const tables = (count: number, columns: string): string[] =>
  Array.from({ length: count }, (_, i) => `CREATE TABLE t${i}(${columns})`);

/** Each has a table `t` whose first row changes. */
const DATABASES: Record<string, string[]> = {
  'one row': [],
  'many tables, each with an index': tables(60, 'id INTEGER PRIMARY KEY, v UNIQUE'),
  '20,000 rows': [`${ROWS(20_000)} INSERT INTO t SELECT i + 1, 'v' FROM n`],
  '8 MB in few rows, four pieces of a download': [
    `${ROWS(100)} INSERT INTO t SELECT i + 1, hex(randomblob(40000)) FROM n`,
  ],
  'keys of two columns, and none': [
    'CREATE TABLE k(a TEXT, b TEXT, v, PRIMARY KEY (a, b))',
    `${ROWS(5000)} INSERT INTO k SELECT 'a', i, 1 FROM n`,
    'CREATE TABLE w(a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID',
    `${ROWS(5000)} INSERT INTO w SELECT 'a', i FROM n`,
    'CREATE TABLE h(v)',
    `${ROWS(5000)} INSERT INTO h SELECT i FROM n`,
  ],
  'a full-text index': [
    'CREATE VIRTUAL TABLE f USING fts5(v)',
    `${ROWS(2000)} INSERT INTO f SELECT 'word' || i FROM n`,
  ],
};

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld.each(['full', 'cloud', 'bare'] as const)(
  'status tells what a pull uses, of a server that is %s',
  (profile) => {
    test.each(Object.entries(DATABASES))('%s', async (_, sql) => {
      const server = await startSqld({ counts: true });
      const double = await startDouble(server.port, profile);
      const schema = ['CREATE TABLE t(id INTEGER PRIMARY KEY, v)', `INSERT INTO t VALUES (1, 'x')`];
      await execOn(server, [...schema, ...sql]);
      const variables = { TURSO_DATABASE_URL: double.url };
      const project = await loadProject({ cwd: makeTempDir('price-'), variables });
      await init(project);
      await execOn(server, [`UPDATE t SET v = 'theirs' WHERE id = 1`]);

      const { result, billed } = await whileCounting(server, () => status(project));
      expect(result.used).toEqual({ ...billed, certainty: 'measured' });
      // The log of a server costs nothing, and neither does to ask it.
      expect(billed.rowsRead).toBeLessThanOrEqual(profile === 'cloud' ? 3 : 1);
      const { rowsRead } = (await whileCounting(server, () => pull(project))).billed;
      const about = result.remoteState.pullCost?.rowsRead ?? NaN;
      expect([about, rowsRead, Math.abs(about - rowsRead) <= 5 + rowsRead / 20]).toEqual([
        about,
        rowsRead,
        true,
      ]);
      await double.stop();
      await server.stop();
    });
  },
);

describeWithSqld('what a pull would use', () => {
  test('is told if it would use anything', async () => {
    const server = await startSqld();
    await execOn(server, ['CREATE TABLE t(id INTEGER PRIMARY KEY, v)']);
    const variables = { TURSO_DATABASE_URL: server.url };
    const project = await loadProject({ cwd: makeTempDir('price-'), variables });
    expect((await status(project)).remoteState.pullCost).toBeNull();
    await init(project);
    expect((await status(project)).remoteState).toMatchObject({ hasMoved: false, pullCost: null });
    await execOn(server, ['INSERT INTO t VALUES (1, 1)']);
    const moved = await status(project);
    expect(moved.remoteState).toMatchObject({
      hasMoved: true,
      pullCost: { rowsRead: 0, certainty: 'about' },
    });
    expect(statusText(moved)).toContain('\nTo pull       what has changed, for about 0 rows read\n');
    // Once it is here, a pull only asks whether it is the latest.
    await snapshot(project);
    expect((await status(project)).remoteState.pullCost).toMatchObject({ rowsRead: 0 });
    expect(await pull(project)).toMatchObject({ outcome: 'pulled', used: { rowsRead: 0 } });
    await server.stop();
  });

  test('is told also if nobody knows whether the remote has changed', async () => {
    const server = await startSqld();
    const cloud = await startDouble(server.port, 'cloud');
    await execOn(server, ['CREATE TABLE t(id INTEGER PRIMARY KEY, v)']);
    const variables = { TURSO_DATABASE_URL: cloud.url };
    const project = await loadProject({ cwd: makeTempDir('price-'), variables });
    await init(project);
    const { hasMoved, pullCost } = (await status(project)).remoteState;
    const { used } = await pull(project);
    const [about, read] = [pullCost?.rowsRead ?? NaN, used?.rowsRead ?? NaN];
    expect([hasMoved, about > 0, Math.abs(about - read) <= 5]).toEqual([null, true, true]);
    await cloud.stop();
    await server.stop();
  });
});

test('nobody bills the pull of a file', async () => {
  const at = await makeFileProject('CREATE TABLE t(id INTEGER PRIMARY KEY)');
  await init(at.project);
  at.editRemote('INSERT INTO t VALUES (1)');
  expect((await status(at.project)).remoteState).toMatchObject({ hasMoved: true, pullCost: null });
  at.edit('INSERT INTO t VALUES (2)');
  await push(at.project);
  expect((await status(at.project)).remoteState).toMatchObject({ hasMoved: null, pullCost: null });
});
