import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { leftovers, makeProject, type TestProject } from './cli.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Kills of each command; a longer run asks for more. */
const KILLS = Number(process.env['TURSO_SYNC_KILLS'] ?? 6);

describeWithSqld('killed at any moment', () => {
  const dir = makeTempDir();
  let server: Sqld;
  let project: TestProject;
  let edits = 0;

  beforeAll(async () => {
    const database = path.join(dir, 'base.db');
    buildDatabase(
      database,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE log(line);
       WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2000)
       INSERT INTO t SELECT i, 'some text in row ' || i FROM s`,
    );
    server = await startSqld({ database });
    project = makeProject(server);
    expect((await project.run('dump-init')).exit).toBe(0);
  });
  afterAll(() => server.stop());

  /** Kills a command at a moment between its start and about its end. */
  async function kill(moment: number, ...args: string[]): Promise<void> {
    const run = project.start(args);
    await sleep(60 + moment * 300);
    run.child.kill('SIGKILL');
    await run.ended;
  }

  async function expectEqual(): Promise<void> {
    const remote = path.join(dir, 'remote.db');
    await downloadDatabase(server, remote);
    expect(compareDatabases(remote, project.file('working_copy.db'))).toEqual([]);
    expect(leftovers(project)).toEqual([]);
  }

  test(`a push is there whole or not at all, and the next one makes it right (${KILLS} kills)`, async () => {
    for (let i = 0; i < KILLS; i++) {
      const n = edits++;
      project.edit(`UPDATE t SET v = ${n} WHERE id % 10 = ${n % 10}; INSERT INTO log VALUES ('mine ${n}')`);
      await execOn(server, `INSERT INTO log VALUES ('theirs ${n}')`);
      await kill(i / KILLS, 'dump-push');
      const [[rows, mine]] = (await queryOn(
        server,
        `SELECT (SELECT count(*) FROM t WHERE v = ${n}), (SELECT count(*) FROM log WHERE line = 'mine ${n}')`,
      )) as [[bigint, bigint]];
      expect([
        [0n, 0n],
        [200n, 1n],
      ]).toContainEqual([rows, mine]);
      expect(await project.run('dump-push', '--quiet')).toEqual({ exit: 0, stdout: '', stderr: '' });
      const twice = await queryOn(server, 'SELECT line FROM log GROUP BY line HAVING count(*) > 1');
      expect(twice).toEqual([]);
    }
    expect((await project.run('pull')).exit).toBe(0);
    expect((await project.run('dump-push')).exit).toBe(0);
    await expectEqual();
  });

  test(`a pull brings everything once, and keeps every edit (${KILLS} kills)`, async () => {
    for (let i = 0; i < KILLS; i++) {
      const n = edits++;
      project.edit(`INSERT INTO log VALUES ('mine ${n}'); UPDATE t SET v = 'mine ${n}' WHERE id = 1`);
      await execOn(
        server,
        `INSERT INTO log VALUES ('theirs ${n}'); UPDATE t SET v = ${n} WHERE id > 5 AND id % 10 = ${n % 10}`,
      );
      await kill(i / KILLS, 'pull');
      expect(await project.run('pull', '--quiet')).toEqual({ exit: 0, stdout: '', stderr: '' });
      expect(project.query('SELECT line FROM log GROUP BY line HAVING count(*) > 1')).toEqual([]);
      expect(
        project.query(`SELECT (SELECT v FROM t WHERE id = 1), (SELECT count(*) FROM t WHERE v = ${n})`),
      ).toEqual([[`mine ${n}`, 200 - (n % 10 > 0 && n % 10 < 6 ? 1 : 0)]]);
    }
    expect((await project.run('dump-push')).exit).toBe(0);
    await expectEqual();
  });
});

describeWithSqld('two machines', () => {
  test('that push the same change: the second has nothing more to do', async () => {
    const database = path.join(makeTempDir(), 'base.db');
    buildDatabase(
      database,
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    );
    const server = await startSqld({ database });
    const machines = [makeProject(server), makeProject(server)];
    for (const machine of machines) {
      expect((await machine.run('dump-init')).exit).toBe(0);
      machine.edit(
        "UPDATE t SET v = 'c' WHERE id = 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, 'd')",
      );
    }
    const results = await Promise.all(machines.map((machine) => machine.json('dump-push')));
    expect(results.map(({ result }) => result['alreadyThere']).sort()).toEqual([0, 3]);
    expect(await queryOn(server, 'SELECT id, v FROM t')).toEqual([
      [1n, 'c'],
      [3n, 'd'],
    ]);
    for (const machine of machines) expect((await machine.run('diff', '--exit-code')).exit).toBe(0);
    await server.stop();
  });
});
