import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  makeTempDir,
  queryOn,
  requireTool,
  startProxy,
  startSqld,
  until,
  type Sqld,
  type TcpProxy,
} from '@turso-sync/testing';
import {
  leftovers,
  makeProject,
  type Answer,
  type Run,
  type Started,
  type TestProject,
} from '../fixtures/cli.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** How long the server's answers take, in milliseconds: time enough to do something meanwhile. */
const DELAY = 600;

describeWithSqld('a run that is broken off', () => {
  const dir = makeTempDir();
  let server: Sqld;
  let proxy: TcpProxy;
  let project: TestProject;

  beforeAll(async () => {
    const database = path.join(dir, 'base.db');
    buildDatabase(
      database,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
       WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1400)
       INSERT INTO t SELECT i, randomblob(3000) FROM s`,
    );
    server = await startSqld({ database });
    proxy = await startProxy(server.port, { delayMs: DELAY });
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(async () => {
    project = makeProject({ url: proxy.url });
    expect((await direct('dump-init')).exit).toBe(0);
  });
  afterEach(() => expect(leftovers(project)).toEqual([]));

  /** Runs a command that goes to the server without delay. */
  async function direct(...args: string[]): Promise<Run> {
    proxy.setDelay(0);
    const run = await project.start(args).ended;
    proxy.setDelay(DELAY);
    return run;
  }

  /** Starts a push of new rows, and waits until the server has them; its answer is still on its way. */
  async function startPush(...args: string[]): Promise<Started> {
    project.edit('INSERT INTO t(v) VALUES (1), (2), (3)');
    const [[last]] = project.query('SELECT max(id) FROM t') as [[number]];
    const push = project.start(['dump-push', ...args]);
    await until(async () => (await queryOn(server, `SELECT 1 FROM t WHERE id = ${last}`)).length > 0);
    return push;
  }

  async function startSnapshot(...args: string[]): Promise<Started> {
    const before = proxy.requestsSeen;
    // All pages, not only what has changed.
    const init = project.start(['dump-init', '--force', ...args]);
    // The mark's, the protocol's, the layout's: what is under way then is pages.
    await until(() => proxy.requestsSeen >= before + 4);
    expect(leftovers(project)).not.toEqual([]);
    return init;
  }

  async function expectPushed(rows: number): Promise<void> {
    const { exit, stdout } = await direct('dump-push', '--json');
    expect(exit).toBe(0);
    expect((JSON.parse(stdout) as Answer).result).toMatchObject({ outcome: 'pushed', alreadyThere: rows });
    const remote = path.join(dir, 'remote.db');
    await downloadDatabase(server, remote);
    expect(compareDatabases(remote, project.file('working_copy.db'))).toEqual([]);
    expect((await direct('dump-push')).stdout).toBe('Nothing to push.\n');
  }

  test('a push whose answer is lost is finished by the next one', async () => {
    const before = project.digests()['.turso/default/base/baseline.db'];
    const push = await startPush();
    proxy.setCutAfter(0);
    const { exit, stderr } = await push.ended;
    proxy.setCutAfter(undefined);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/REMOTE_INTERRUPTED: .*\n {2}Try again/);
    expect(project.digests()['.turso/default/base/baseline.db']).toBe(before);
    await expectPushed(3);
  });

  test('so is one that is ended with Ctrl-C', async () => {
    const push = await startPush();
    push.child.kill('SIGINT');
    const { exit, stderr } = await push.ended;
    expect(exit).toBe(130);
    expect(stderr).toContain('INTERRUPTED: Ended by SIGINT.\n  Nothing is left half done.');
    // What the next run goes by.
    expect(leftovers(project)).toEqual(['push.db', 'push.json']);
    await expectPushed(3);
  });

  test('so is one that is killed, whose leftovers the next run clears', async () => {
    const push = await startPush();
    push.child.kill('SIGKILL');
    expect((await push.ended).exit).toBe('SIGKILL');
    expect(leftovers(project)).toEqual(expect.arrayContaining(['lock.json', expect.stringMatching(/^tmp-/)]));
    await expectPushed(3);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a snapshot that is ended by %s leaves nothing behind', async (signal, code) => {
    const before = project.digests();
    const init = await startSnapshot('--json');
    init.child.kill(signal);
    const { exit, stdout } = await init.ended;
    expect(exit).toBe(code);
    expect((JSON.parse(stdout) as Answer).error).toMatchObject({ code: 'INTERRUPTED', retryable: true });
    expect(project.digests()).toEqual(before);
  });

  test.each(['status', 'dump-init'])(
    'what a killed snapshot leaves behind is cleared by %s',
    async (command) => {
      const before = project.digests();
      const init = await startSnapshot();
      init.child.kill('SIGKILL');
      await init.ended;
      expect(leftovers(project)).toEqual(expect.arrayContaining([expect.stringMatching(/^tmp-/)]));
      expect((await direct(command)).exit).toBe(0);
      // Its note says who had the lock; it is for those who wait, and goes with the next who has it.
      if (command !== 'dump-init') expect(leftovers(project)).toEqual(['lock.json']);
      await direct('dump-push');
      for (const name of ['working_copy.db', '.turso/default/base/baseline.db'])
        expect(project.digests()[name]).toBe(before[name]);
    },
  );

  test('two at once: the second is told who is at work, and a killed one holds nothing', async () => {
    const first = await startPush();
    first.child.kill('SIGSTOP');
    for (const command of ['dump-push', 'dump-init']) {
      const { exit, stderr } = await project.start([command, '--quiet']).ended;
      expect(exit).toBe(1);
      expect(stderr).toMatch(/^STATE_LOCKED: /);
      expect(stderr).toContain(`\`push\` (process ${String(first.child.pid)} on ${os.hostname()}, since 20`);
    }
    // Looking is allowed.
    expect((await project.run('diff')).exit).toBe(0);
    first.child.kill('SIGCONT');
    expect((await first.ended).exit).toBe(0);

    const second = await startPush();
    second.child.kill('SIGKILL');
    await second.ended;
    await expectPushed(3);
    expect(existsSync(project.file('.turso/lock.json'))).toBe(false);
    expect(readFileSync(project.file('.turso/lock'))).toHaveLength(0);
  });
});
