import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  createAuthority,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startConnectProxy,
  startFront,
  startSqld,
  type ConnectProxy,
  type ConnectProxyOptions,
  type Front,
  type SqldWithAuth,
} from '@turso-sync/testing';
import { makeProject, startCommand, type Run, type TestProject } from '../fixtures/cli.fixture';
import { runLive } from './live-script.fixture';

/** A name that nobody can look up but the proxy. */
const HOST = 'db.invalid';
const SERVER = `https://${HOST}`;
const dir = makeTempDir();
const database = path.join(dir, 'base.db');
const authority = createAuthority();
const BASIC = `Basic ${Buffer.from('me:open sesame').toString('base64')}`;

(requireTool('sqld') ? describe : describe.skip)('a remote behind a proxy', () => {
  const trust = { NODE_EXTRA_CA_CERTS: path.join(dir, 'authority.pem') };
  let server: SqldWithAuth;
  let front: Front;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    writeFileSync(trust.NODE_EXTRA_CA_CERTS, authority.cert);
    buildDatabase(database, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
    server = await startSqld({ database, auth: true });
    front = await startFront(server.port, { certified: authority.certify(HOST) });
  });
  beforeEach(() => execOn(server, ['DELETE FROM t', 'INSERT INTO t VALUES (1, 1)']));
  afterEach(() => proxy.stop());
  afterAll(async () => {
    await front.stop();
    await server.stop();
  });

  async function start(options: Omit<ConnectProxyOptions, 'leadsTo'> = {}): Promise<void> {
    proxy = await startConnectProxy({ leadsTo: front.port, ...options });
  }

  function runIn(project: TestProject, args: readonly string[], env: Record<string, string>): Promise<Run> {
    const { readWriteToken } = server;
    const variables = { TURSO_DATABASE_URL: SERVER, TURSO_AUTH_TOKEN: readWriteToken, ...trust, ...env };
    const secrets = [readWriteToken, 'sesame', BASIC];
    return startCommand(project.dir, [...args, '--quiet'], secrets, { env: variables }).ended;
  }

  test.each([
    ['HTTPS_PROXY', undefined],
    ['https_proxy', 'me:open sesame'],
  ])('is reached by all commands through %s (credentials: %s)', async (name, credentials) => {
    await start(credentials === undefined ? {} : { credentials });
    const user = credentials === undefined ? '' : 'me:open%20sesame@';
    const env = { [name]: `http://${user}127.0.0.1:${proxy.port}` };
    const project = makeProject();
    const succeed = async (...args: string[]): Promise<void> =>
      expect({ args, ...(await runIn(project, args, env)) }).toMatchObject({ exit: 0, stderr: '' });
    await succeed('init');
    project.edit('INSERT INTO t VALUES (2, 2)');
    await succeed('push');
    await execOn(server, 'INSERT INTO t VALUES (3, 3)');
    for (const command of ['pull', 'verify', 'status']) await succeed(command);
    const expected = { goal: `${HOST}:443`, authorization: credentials === undefined ? undefined : BASIC };
    expect(new Set(proxy.seen.map((seen) => JSON.stringify(seen)))).toEqual(
      new Set([JSON.stringify(expected)]),
    );
    // What is for the proxy stays there.
    expect(front.seen.some(({ headers }) => 'proxy-authorization' in headers)).toBe(false);
    const live = { url: SERVER, authToken: server.readWriteToken };
    const replica = path.join(makeTempDir(), 'replica.db');
    expect(await runLive(live, { ...trust, ...env })).toEqual({ rows: 4 });
    expect(await runLive({ ...live, replica }, { ...trust, ...env })).toEqual({ rows: 5 });
  });

  const REFUSALS: [ConnectProxyOptions['instead'] | 'credentials', string, string, string][] = [
    ['credentials', '', 'status 407', 'It asks for a user name and a password. Put them into HTTPS_PROXY'],
    ['credentials', 'me:sesame@', 'status 407', 'It does not take the user name and password in HTTPS_PROXY'],
    [403, 'me:sesame@', 'status 403', 'Let whoever runs the proxy allow'],
    [502, '', 'status 502', 'The proxy does not reach'],
    ['close', 'me:sesame@', 'it closes the connection', 'Check HTTPS_PROXY'],
    ['garbage', 'me:sesame@', 'it does not answer like a proxy', 'Check HTTPS_PROXY'],
  ];

  test.each(REFUSALS)('says so if the proxy refuses: %s, with %p', async (instead, user, reason, hint) => {
    await start();
    const project = makeProject();
    expect(await runIn(project, ['init'], { HTTPS_PROXY: proxy.url })).toMatchObject({ exit: 0 });
    project.edit('INSERT INTO t VALUES (2, 2)');
    await proxy.stop();
    await start(
      instead === 'credentials' ? { credentials: 'me:open sesame' } : { instead: instead as number },
    );
    const env = { HTTPS_PROXY: `http://${user}127.0.0.1:${proxy.port}` };
    const before = project.digests();
    const message = `The proxy 127.0.0.1:${proxy.port} opens no connection to ${HOST}:443 (${reason}). Nothing was sent.`;
    for (const args of [['push'], ['pull'], ['verify'], ['init', '--force']]) {
      const run = await runIn(project, args, env);
      expect({ args, exit: run.exit, stdout: run.stdout }).toEqual({ args, exit: 1, stdout: '' });
      expect(run.stderr.startsWith(`PROXY_FAILED: ${message}\n  ${hint}`)).toBe(true);
    }
    expect(project.digests()).toEqual(before);
    expect(await queryOn(server, 'SELECT * FROM t')).toEqual([[1n, 1n]]);
    const live = await runLive({ url: SERVER, authToken: server.readWriteToken }, { ...trust, ...env });
    expect(live).toMatchObject({ code: 'PROXY_FAILED' });
    expect(JSON.stringify(live)).not.toMatch(/sesame|bWU6/);
  });

  test('is not trusted for the sake of the proxy', async () => {
    await start();
    const env = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: '' };
    const asked = front.seen.length;
    expect((await runIn(makeProject(), ['init'], env)).stderr).toMatch(/^REMOTE_TLS: .*no authority/);
    expect(front.seen).toHaveLength(asked);
  });

  test('is looked for without it if NO_PROXY names the host, or the proxy is not there', async () => {
    await start();
    const { port } = proxy;
    const named = { HTTPS_PROXY: proxy.url, NO_PROXY: `other.example, .${HOST}` };
    const run = await runIn(makeProject(), ['init'], named);
    expect(run.stderr).toMatch(/^REMOTE_UNREACHABLE: .*unknown host|cannot be looked up/);
    expect(proxy.seen).toEqual([]);
    await proxy.stop();
    const gone = await runIn(makeProject(), ['init'], { HTTPS_PROXY: `http://me:sesame@127.0.0.1:${port}` });
    expect(gone.stderr).toMatch(/^PROXY_FAILED: .*\(connection refused\)/);
    const wrong = await runIn(makeProject(), ['init'], { HTTPS_PROXY: 'socks5://me:sesame@127.0.0.1:1' });
    expect(wrong.stderr).toMatch(/^PROXY_FAILED: HTTPS_PROXY is not the address of an HTTP proxy\.\n {2}/);
  });

  test('on this machine is asked without it', async () => {
    await start({ instead: 403 });
    const { port } = server;
    const variables = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, http_proxy: proxy.url };
    for (const host of ['127.0.0.1', 'localhost', 'db.localhost']) {
      const env = { ...variables, TURSO_DATABASE_URL: `http://${host}:${port}` };
      expect(await runIn(makeProject(), ['init'], env)).toMatchObject({ exit: 0 });
    }
    expect(proxy.seen).toEqual([]);
  });

  test('over plain http goes through HTTP_PROXY, if a token may', async () => {
    await start();
    await proxy.stop();
    proxy = await startConnectProxy({ leadsTo: server.port });
    const url = { TURSO_DATABASE_URL: `http://${HOST}:8080`, HTTP_PROXY: proxy.url };
    expect((await runIn(makeProject(), ['init'], url)).stderr).toMatch(/^TOKEN_OVER_HTTP/);
    expect(proxy.seen).toEqual([]);
    const allowed = { ...url, TURSO_SYNC_ALLOW_HTTP_TOKEN: '1' };
    expect(await runIn(makeProject(), ['init'], allowed)).toMatchObject({ exit: 0 });
    expect(proxy.seen[0]?.goal).toBe(`${HOST}:8080`);
  });
});
