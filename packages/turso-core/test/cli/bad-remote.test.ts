import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import path from 'node:path';
import {
  buildDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startProxy,
  startSqld,
  until,
  writeFiles,
  type SqldWithAuth,
} from '@turso-sync/testing';
import {
  leftovers,
  makeProject,
  moveBaseTo,
  type RemoteAccess,
  type Run,
  type TestProject,
} from '../fixtures/cli.fixture';

const dir = makeTempDir();
const database = path.join(dir, 'base.db');
const large = path.join(dir, 'large.db');
const open: (Server | TcpServer)[] = [];

beforeAll(() => {
  buildDatabase(database, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
  buildDatabase(
    large,
    `CREATE TABLE t(v);
     WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2000)
     INSERT INTO t SELECT randomblob(3000) FROM s`,
  );
});
afterAll(() => {
  for (const server of open) server.close();
});

/** What a run must look like that fails on its way to the remote: its own code, what to do, nothing changed. */
async function expectFailure(project: TestProject, args: string[], code: string): Promise<Run> {
  const before = withoutManifest(project.digests());
  const run = await project.run(...args, '--quiet');
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toMatch(new RegExp(`^${code}: .+\\.\\n {2}\\S.+\\.\\n$`));
  expect(withoutManifest(project.digests())).toEqual(before);
  expect(leftovers(project)).toEqual([]);
  return run;
}

/** A base that does not say which server log it belongs to takes it on at the next contact. */
function withoutManifest(digests: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(digests).filter(([name]) => !name.endsWith('base/manifest.json')));
}

/** A project with a working copy and an edit, made from another remote than it then has. */
async function editedProject(remote?: RemoteAccess): Promise<TestProject> {
  const project = makeProject(remote);
  const made = await project.start(['dump-init'], { env: { TURSO_DATABASE_URL: `file:${database}` } }).ended;
  expect(made.exit).toBe(0);
  if (remote !== undefined) moveBaseTo(project, remote.url);
  project.edit('UPDATE t SET v = 2');
  return project;
}

/** An HTTP server that is no libSQL server. */
async function serveHttp(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function unusedPort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const html = '<!doctype html><title>Welcome</title>';
const unfit: [string, string, () => Promise<string>][] = [
  ['nobody listens', 'REMOTE_UNREACHABLE', async () => `http://127.0.0.1:${await unusedPort()}`],
  ['the host is unknown', 'REMOTE_UNREACHABLE', async () => 'libsql://no-such-host.invalid'],
  [
    'the server speaks no TLS',
    'REMOTE_TLS',
    async () => (await serveHttp((_, response) => response.end())).replace('http:', 'libsql:'),
  ],
  [
    'a web server answers everything with a page',
    'REMOTE_NOT_LIBSQL',
    () => serveHttp((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html)),
  ],
  [
    'a web server knows none of the paths',
    'REMOTE_NOT_LIBSQL',
    () => serveHttp((_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end(html)),
  ],
  [
    'a web server answers everything with JSON',
    'REMOTE_NOT_LIBSQL',
    () =>
      serveHttp((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')),
  ],
  [
    'a web server answers nothing but OK',
    'REMOTE_NOT_LIBSQL',
    () => serveHttp((_, response) => response.writeHead(200).end()),
  ],
  [
    'a web server sends everyone elsewhere',
    'REMOTE_REDIRECTED',
    () => serveHttp((_, response) => response.writeHead(302, { location: '/login' }).end()),
  ],
  [
    'a web server fails',
    'REMOTE_FAILED',
    () => serveHttp((_, response) => response.writeHead(502).end('Bad gateway')),
  ],
  [
    'the server hangs up at once',
    'REMOTE_INTERRUPTED',
    () => serveHttp((request) => request.socket.destroy()),
  ],
];

describe.each(unfit)('%s', (_, code, url) => {
  test.each(['dump-init', 'dump-push'])(`%s: ${code}`, async (command) => {
    const address = await url();
    const project =
      command === 'dump-init' ? makeProject({ url: address }) : await editedProject({ url: address });
    const run = await expectFailure(project, [command], code);
    expect(run.stderr).toContain(address);
    expect(run.stderr).not.toContain('<');
  });

  test('status says so, and ends well', async () => {
    const run = await makeProject({ url: await url() }).run('status');
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    expect(run.stdout).toContain(code);
  });
});

test('a server without TLS is recognised, with what to write instead', async () => {
  const url = (await serveHttp((_, response) => response.end())).replace('http:', 'libsql:');
  const { stderr } = await makeProject({ url }).run('dump-init');
  expect(stderr).toContain('write http://, or add ?tls=0');
});

describe('no URL, or none that can be used', () => {
  test.each([
    ['URL_MISSING', 'TURSO_AUTH_TOKEN=', 'Set TURSO_DATABASE_URL in the environment or in '],
    ['URL_MISSING', 'TURSO_DATABASE_URL="  "', 'Set TURSO_DATABASE_URL'],
    ['URL_UNSUPPORTED', 'TURSO_DATABASE_URL=postgres://localhost', 'Use one of libsql:, '],
    ['URL_UNSUPPORTED', 'TURSO_DATABASE_URL=my-db.turso.io', 'Use one of libsql:, '],
    ['URL_UNSUPPORTED', 'TURSO_DATABASE_URL=file:working_copy.db', 'Name the database'],
    ['CONFIG_HAS_SECRET', 'TURSO_DATABASE_URL=libsql://db.turso.io?authToken=opaque', 'TURSO_AUTH_TOKEN'],
    ['CONFIG_HAS_SECRET', 'TURSO_DATABASE_URL=libsql://user:opaque@db.turso.io', 'TURSO_AUTH_TOKEN'],
  ])('%s: %s', async (code, line, hint) => {
    for (const command of ['dump-init', 'dump-push']) {
      const project = command === 'dump-init' ? makeProject() : await editedProject();
      writeFileSync(project.file('.env'), line);
      // Not even a state folder is made.
      const before = project.digests();
      const run = await project.run(command);
      expect(run).toMatchObject({ exit: 1, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`^${code}: `));
      expect(run.stderr).toContain(hint);
      expect(run.stderr).not.toContain('opaque');
      expect(project.digests()).toEqual(before);
      expect(existsSync(project.file('.turso'))).toBe(command === 'dump-push');
    }
  });
});

describe('a file as the remote', () => {
  test.each([
    [
      'is text',
      'REMOTE_NOT_LIBSQL',
      'dump-init',
      'remote.db',
      { 'remote.db': 'some text, long enough to be looked at' },
    ],
    [
      'is text',
      'REMOTE_NOT_LIBSQL',
      'dump-push',
      'remote.db',
      { 'remote.db': 'some text, long enough to be looked at' },
    ],
    ['is a folder', 'REMOTE_UNREACHABLE', 'dump-init', 'remote', { 'remote/x': '' }],
    ['is not there', 'REMOTE_MISSING', 'init', 'remote.db', {}],
    ['would be in a folder that is not there', 'REMOTE_MISSING', 'push', 'missing/remote.db', {}],
    [
      'would be in a folder that is not there',
      'REMOTE_UNREACHABLE',
      'init --create',
      'missing/remote.db',
      {},
    ],
  ])('that %s: %s (%s)', async (_, code, command, file, files) => {
    const url = `file:${file}`;
    const project = command.includes('init') ? makeProject({ url }) : await editedProject({ url });
    writeFiles(project.dir, files);
    await expectFailure(project, command.split(' '), code);
  });
});

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a server that asks for tokens', () => {
  let server: SqldWithAuth;
  beforeAll(async () => {
    server = await startSqld({ database, auth: true });
  });
  afterAll(() => server.stop());

  test.each([
    ['no', () => ''],
    ['an expired', () => server.expiredToken],
    ['a wrong', () => `${server.readWriteToken.slice(0, -4)}AAAA`],
    ['no real', () => 'garbage'],
  ])('refuses %s token: REMOTE_UNAUTHORIZED', async (_, token) => {
    for (const command of ['dump-init', 'dump-push']) {
      const project =
        command === 'dump-init'
          ? makeProject({ url: server.url, readWriteToken: token() })
          : await editedProject({ url: server.url, readWriteToken: token() });
      const run = await expectFailure(project, [command], 'REMOTE_UNAUTHORIZED');
      expect(run.stderr).toContain('turso db tokens create');
    }
    expect(await queryOn(server, 'SELECT v FROM t')).toEqual([[1n]]);
  });

  test('takes no push with a read-only token: REMOTE_READ_ONLY', async () => {
    const project = await editedProject({ url: server.url, readWriteToken: server.readOnlyToken });
    const run = await expectFailure(project, ['dump-push'], 'REMOTE_READ_ONLY');
    expect(run.stderr).toContain('Writing needs a token with write access');
    expect(await queryOn(server, 'SELECT v FROM t')).toEqual([[1n]]);
  });
});

describeWithSqld('a connection that breaks', () => {
  test.each([0, 10, 500, 1_000_000])('after %s bytes of an answer, during a snapshot', async (bytes) => {
    const server = await startSqld({ database: large });
    const proxy = await startProxy(server.port);
    const project = makeProject({ url: proxy.url });
    expect((await project.run('dump-init')).exit).toBe(0);
    // All pages have changed, so all are fetched.
    await execOn(server, 'UPDATE t SET v = randomblob(3000)');
    proxy.setCutAfter(bytes);
    const run = await expectFailure(project, ['dump-init'], 'REMOTE_INTERRUPTED');
    expect(run.stderr).toContain('broke off');
    proxy.setCutAfter(undefined);
    expect((await project.run('dump-init')).exit).toBe(0);
    await proxy.stop();
    await server.stop();
  });

  test('because the server is killed halfway through a snapshot', async () => {
    const server = await startSqld({ database: large });
    const proxy = await startProxy(server.port, { delayMs: 100 });
    const project = makeProject({ url: proxy.url });
    const before = project.digests();
    const started = project.start(['dump-init']);
    await until(() => proxy.requestsSeen >= 7);
    await server.kill();
    const run = await started.ended;
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^REMOTE_(INTERRUPTED|UNREACHABLE): .+\n {2}\S/m);
    expect(project.digests()).toEqual(before);
    expect(leftovers(project)).toEqual([]);
    await proxy.stop();
    await server.restart();
    const direct = await project.start(['init'], { env: { TURSO_DATABASE_URL: server.url } }).ended;
    expect(direct.exit).toBe(0);
    await server.stop();
  });
});
