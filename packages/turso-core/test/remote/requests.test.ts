import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { startHttpProxy, type HttpProxy, type ProxiedRequest } from '../hostile/http-proxy.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const HELLO = '/wal_log.ReplicationLog/Hello';

describeWithSqld('a command connects once', () => {
  let [dir, server, proxy, project]: [string, Sqld?, HttpProxy?, Project?] = [''];
  let seen: string[] = [];
  let isOther = false;

  /** A request as the server is asked; from some moment on, its log has another id. */
  async function answer({ path: to, forward }: ProxiedRequest): ReturnType<ProxiedRequest['forward']> {
    seen.push(to);
    const told = await forward();
    if (!isOther || to !== HELLO) return told;
    const id = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
    const text = told.body.toString('latin1');
    return {
      ...told,
      body: Buffer.from(
        text.replaceAll(id, (uuid) => `00000000${uuid.slice(8)}`),
        'latin1',
      ),
    };
  }

  beforeEach(async () => {
    dir = makeTempDir('requests-');
    const database = path.join(dir, 'seed.db');
    buildDatabase(
      database,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
       WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 50) INSERT INTO t SELECT n, n FROM i`,
    );
    server = await startSqld({ database });
    proxy = await startHttpProxy(server.url, answer);
    [seen, isOther] = [[], false];
    project = await loadProject({
      cwd: makeTempDir('project-'),
      variables: { TURSO_DATABASE_URL: proxy.url },
    });
    await init(project);
    editDatabase(project.workingCopy, 'UPDATE t SET v = -v WHERE id <= 10');
    seen = [];
  });
  afterEach(async () => {
    proxy?.stop();
    await server?.stop();
    removeTempDir(dir);
    if (project !== undefined) removeTempDir(project.directory);
  });

  /** How often the server's log, and how often anything else, was asked for. */
  function asked(): { log: number; other: number } {
    const log = seen.filter((to) => to === HELLO).length;
    const other = seen.length - log;
    seen = [];
    return { log, other };
  }

  test('so it asks for little', async () => {
    const at = project as Project;
    expect(await push(at)).toMatchObject({ outcome: 'pushed' });
    expect(asked()).toEqual({ log: 1, other: 2 });
    expect(await push(at)).toMatchObject({ outcome: 'nothing' });
    expect(asked()).toEqual({ log: 1, other: 0 });
    expect(await pull(at)).toMatchObject({ outcome: 'unchanged' });
    expect(asked()).toEqual({ log: 1, other: 0 });
    expect(await undo(at, { remoteOnly: true })).toMatchObject({ outcome: 'undone' });
    expect(asked()).toEqual({ log: 1, other: 2 });
    // The push, and then the removal of its receipt, have left the mark that the base has.
    expect((await status(at)).remoteState).toMatchObject({ hasMoved: false });
  });

  test('and looks again which remote it is before it sends, if some time has gone by', async () => {
    const onEvent = ({ type }: { type: string }): void => {
      // After the first contact.
      if (type !== 'step' || isOther) return;
      isOther = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    };
    await expect(push(project as Project, { onEvent })).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
    expect(await queryOn(server as Sqld, 'SELECT count(*) FROM t WHERE v < 0')).toEqual([[0n]]);
    isOther = false;
    expect(await push(project as Project)).toMatchObject({ outcome: 'pushed' });
  });

  test.each(['small', 'large'])('and learns the encoding by a %s push, which is sent once', async (size) => {
    const sent: [string, boolean][] = [];
    const jsonOnly = await startHttpProxy((server as Sqld).url, ({ path: to, body, forward }) => {
      const isThere = to.startsWith('/v2/') || to === HELLO;
      const isPush = body.includes('UPDATE') || body.includes('text of a push');
      if (to !== HELLO) sent.push([to.slice(1, to.lastIndexOf('/')), isPush]);
      return isThere ? forward() : Promise.resolve({ status: 404, headers: {}, body: Buffer.from('{}') });
    });
    const variables = { TURSO_DATABASE_URL: jsonOnly.url };
    const own = await loadProject({ cwd: makeTempDir('project-'), variables });
    await init(own);
    const text = size === 'small' ? '-v' : `'text of a push' || printf('%.*c', 10000, 'x')`;
    editDatabase(own.workingCopy, `UPDATE t SET v = ${text}`);
    sent.length = 0;
    expect(await push(own)).toMatchObject({ outcome: 'pushed' });
    // A small one is its own question.
    const isAsked = size === 'small';
    // The last request removes the receipt.
    const first = isAsked ? [] : ['v2 without'];
    const told = sent.map(([to, isPush]) => `${to} ${isPush ? 'with' : 'without'}`);
    const asking = isAsked ? 'with' : 'without';
    expect(told).toEqual([`v3-protobuf ${asking}`, `v3 ${asking}`, ...first, 'v2 with', 'v2 without']);
    jsonOnly.stop();
    removeTempDir(own.directory);
  });
});
