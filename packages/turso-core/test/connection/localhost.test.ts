import path from 'node:path';
import { execOn, makeTempDir, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import { makeProject } from '../fixtures/cli.fixture';
import { openLive } from '../live/built.fixture';
import { rowsOf } from '../live/served.fixture';

(requireTool('sqld') ? describe : describe.skip)('a database by a name that ends in .localhost', () => {
  const NAMES = ['one', 'two'];
  let server: Sqld;
  const urlOf = (name: string): string => `http://${name}.localhost:${server.port}`;

  beforeAll(async () => {
    server = await startSqld({ namespaces: NAMES });
  });
  afterAll(() => server.stop());

  /** Runs SQL in a database without its name being looked up. */
  function exec(name: string, sql: string): Promise<void> {
    return execOn({ url: server.url, host: `${name}.localhost` }, sql);
  }

  test('is found by every command, and is not the other one', async () => {
    for (const name of NAMES) await exec(name, `CREATE TABLE ${name}(v)`);
    const projects = NAMES.map((name) =>
      makeProject({ url: urlOf(name), readWriteToken: 'a-token-of-no-use' }),
    );
    for (const [i, project] of projects.entries()) {
      const name = NAMES[i] as string;
      // A token may go there without TLS.
      expect(await project.run('init')).toMatchObject({ exit: 0 });
      project.edit(`INSERT INTO ${name} VALUES ('${name}')`);
      expect(await project.run('push')).toMatchObject({ exit: 0 });
    }
    const [one, two] = projects;
    expect(two?.query('SELECT v FROM two')).toEqual([['two']]);
    // Each database has a log of its own, so a write to the other moves no mark.
    const isMoved = async (): Promise<unknown> =>
      (await one?.json<{ result: { remoteState: { hasMoved: boolean } } }>('status'))?.result.remoteState
        .hasMoved;
    await exec('two', "INSERT INTO two VALUES ('more')");
    expect(await isMoved()).toBe(false);
    await exec('one', "INSERT INTO one VALUES ('more')");
    expect(await isMoved()).toBe(true);
    expect(await one?.run('pull')).toMatchObject({ exit: 0 });
    expect(one?.query('SELECT v FROM one')).toEqual([['one'], ['more']]);
    expect(await two?.run('pull')).toMatchObject({ exit: 0 });
    for (const project of projects) expect(await project.run('verify')).toMatchObject({ exit: 0 });
  });

  test.each([false, true])('is found by a live connection (replica: %s)', async (hasReplica) => {
    const table = hasReplica ? 'live_replica' : 'live';
    const replica = hasReplica ? { replica: path.join(makeTempDir(), 'replica.db') } : {};
    const live = await openLive({ url: urlOf('two'), ...replica });
    try {
      await live.execute(`CREATE TABLE ${table}(v)`);
      await live.execute(`INSERT INTO ${table} VALUES (1)`);
      expect(await rowsOf(live, `SELECT count(*) FROM ${table}`)).toEqual([[1n]]);
    } finally {
      await live.close();
    }
    await exec('two', `INSERT INTO ${table} VALUES (2)`);
    await expect(exec('one', `INSERT INTO ${table} VALUES (2)`)).rejects.toThrow('no such table');
  });

  test('that the server does not have is named in the error', async () => {
    const run = await makeProject({ url: urlOf('three') }).run('init', '--quiet');
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^REMOTE_NOT_LIBSQL: .*three/);
  });
});
