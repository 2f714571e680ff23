import path from 'node:path';
import {
  buildDatabase,
  makeTempDir,
  requireTool,
  startFront,
  startSqld,
  type Front,
  type SqldWithAuth,
} from '@turso-sync/testing';
import { filesWith, makeProject, startCommand, type Run, type TestProject } from '../fixtures/cli.fixture';
import { startHttpProxy } from '../hostile/http-proxy.fixture';
import { openLive } from '../live/built.fixture';
import { errorOf, printed, rowsOf } from '../live/served.fixture';

const KEY = 'c2VzYW1lIG9wZW4gc2VzYW1lIG9wZW4gc2VzYW1lIG8=';
const database = path.join(makeTempDir(), 'base.db');

(requireTool('sqld') ? describe : describe.skip)('the key of an encrypted database', () => {
  let server: SqldWithAuth;
  let front: Front;

  beforeAll(async () => {
    buildDatabase(database, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
    server = await startSqld({ database, auth: true });
  });
  beforeEach(async () => {
    front = await startFront(server.port);
  });
  afterEach(() => front.stop());
  afterAll(() => server.stop());

  /** A project whose config names the variable of the key, and whose `.env` sets it; `run` fails if the key is printed. */
  function projectWith(url: string, config: object = { encryptionKeyVariable: 'DB_KEY' }): TestProject {
    const { readWriteToken } = server;
    const variables = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: readWriteToken, DB_KEY: KEY };
    const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const project = makeProject(undefined, {
      '.env': lines.join('\n'),
      'turso-sync.config.json': JSON.stringify(config),
    });
    const secrets = [readWriteToken, KEY];
    const run = (...args: string[]): Promise<Run> => startCommand(project.dir, args, secrets).ended;
    return { ...project, run };
  }

  const PATHS = ['/v3-protobuf/pipeline', '/wal_log.ReplicationLog/Hello'];

  function expectOnAll(...paths: string[]): void {
    const without = front.seen.filter(({ headers }) => headers['x-turso-encryption-key'] !== KEY);
    expect(without.map(({ path }) => path)).toEqual([]);
    expect(front.seen.map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
  }

  test('goes with every request of every command, and into no output and no file', async () => {
    const project = projectWith(front.url);
    const succeed = async (...args: string[]): Promise<Run> => {
      const run = await project.run(...args);
      expect({ args, ...run }).toMatchObject({ exit: 0 });
      return run;
    };
    await succeed('init', '--verbose');
    project.edit("INSERT INTO t VALUES (2, 'new')");
    expect((await succeed('status')).stdout).toContain(', DB_KEY is set\n');
    await succeed('diff', '--json');
    await succeed('push', '--verbose', '--json');
    await succeed('pull');
    await succeed('verify', '--json');
    await succeed('dump', '--remote', '--quiet');
    await succeed('undo', '--json');
    await succeed('status', '--json');
    expectOnAll(...PATHS);
    expect(filesWith(project.dir, KEY)).toEqual([]);
  }, 120_000);

  test('belongs to the environment that names it', async () => {
    const project = projectWith(front.url, { environments: { safe: { encryptionKeyVariable: 'DB_KEY' } } });
    expect(await project.run('status', '--env', 'safe')).toMatchObject({ exit: 0 });
    expectOnAll('/wal_log.ReplicationLog/Hello');
    const before = front.seen.length;
    expect((await project.run('status')).stdout).not.toContain('DB_KEY');
    const after = front.seen.slice(before);
    expect(after.length).toBeGreaterThan(0);
    expect(after.some(({ headers }) => 'x-turso-encryption-key' in headers)).toBe(false);
  });

  test.each([false, true])(
    'goes with every request of a live connection (replica: %s)',
    async (hasReplica) => {
      const replica = hasReplica ? { replica: path.join(makeTempDir(), 'replica.db') } : {};
      const credentials = { authToken: server.readWriteToken, encryptionKey: ` ${KEY}\n` };
      const live = await openLive({ url: front.url, ...credentials, ...replica });
      try {
        await live.execute('INSERT INTO t (v) VALUES (?)', ['live']);
        await live.batch(["INSERT INTO t (v) VALUES ('batch')"]);
        await live.transaction((transaction) => transaction.execute("INSERT INTO t (v) VALUES ('more')"));
        await live.sync();
        expect(await rowsOf(live, "SELECT count(*) FROM t WHERE v = 'more'")).not.toEqual([[0n]]);
        expect(printed(live)).not.toContain(KEY);
      } finally {
        await live.close();
      }
      const log = ['Hello', 'LogEntries', 'BatchLogEntries'].map((name) => `/wal_log.ReplicationLog/${name}`);
      expectOnAll('/v3-protobuf/pipeline', ...(hasReplica ? log : []));
    },
  );

  test.each([
    [
      'holds a line break',
      'two\nlines',
      'http://127.0.0.1:1',
      'REMOTE_UNAUTHORIZED',
      'encryptionKeyVariable',
    ],
    ['would go over plain http', KEY, 'http://0.0.0.0:1', 'TOKEN_OVER_HTTP', 'The encryption key would go'],
  ])('one that %s is refused before anything is sent', async (_, key, url, code, says) => {
    const project = makeProject(undefined, {
      'turso-sync.config.json': '{"encryptionKeyVariable":"DB_KEY"}',
    });
    const env = { TURSO_DATABASE_URL: url, DB_KEY: key };
    const run = await startCommand(project.dir, ['init', '--quiet'], [key], { env }).ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(new RegExp(`^${code}: .+\n {2}\\S`));
    expect(run.stderr).toContain(says);
    const error = await errorOf(openLive({ url, encryptionKey: key }));
    expect(error).toMatchObject({ code });
    expect(printed(error)).not.toContain(key);
  });

  test('is not printed if the server repeats it, and no redirect gets it', async () => {
    const echo = await startHttpProxy(server.url, async ({ headers }) => ({
      status: 400,
      headers: {},
      body: Buffer.from(
        JSON.stringify({ error: `The encryption key ${String(headers['x-turso-encryption-key'])} is wrong` }),
      ),
    }));
    const sending = await startHttpProxy(server.url, async ({ path }) => ({
      status: 307,
      headers: { location: `${front.url}${path}` },
      body: Buffer.alloc(0),
    }));
    try {
      const told = await projectWith(echo.url).run('init', '--quiet');
      expect(told.stderr).toMatch(/^REMOTE_UNAUTHORIZED: .*The encryption key \[token\] is wrong/);
      const sent = await projectWith(sending.url).run('init', '--quiet');
      expect(sent.stderr).toMatch(/^REMOTE_REDIRECTED: /);
      expect(front.seen).toEqual([]);
    } finally {
      echo.stop();
      sending.stop();
    }
  });

  test.each([
    ['encryptionKey', { encryptionKey: KEY }, 'CONFIG_HAS_SECRET'],
    ['encryptionKeyVariable', { encryptionKeyVariable: KEY }, 'CONFIG_INVALID'],
  ])('is refused in a config, as %s, without being repeated', async (name, config, code) => {
    const run = await projectWith(front.url, config).run('status');
    expect(run).toMatchObject({ exit: 1 });
    expect(run.stderr).toMatch(new RegExp(`^${code}: .*"${name}"`));
    expect(front.seen).toEqual([]);
  });
});
