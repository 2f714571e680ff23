import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { buildDatabase, compareDatabases, requireTool, withStream } from '@turso-sync/testing';
import { startSqld, type SqldWithAuth } from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import { adapters, readValue, servedBy, type Served } from '../fixtures/adapters.fixture';
import { connect } from '../../src/remote/connect';
import type { Remote, SnapshotProgress } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';
import {
  buildBoth,
  countRows,
  describeRemote,
  nasty,
  newFile,
  utf16,
  withServed,
} from './remote-contract.fixture';

beforeAll(buildBoth);

for (const adapter of adapters) describeRemote(adapter);

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a libsql-server', () => {
  const serve = async (database?: string): Promise<Served> =>
    servedBy(await startSqld(database === undefined ? {} : { database }));

  test.each([
    ['UTF-8', nasty],
    ['UTF-16', utf16],
  ])('gives an equal snapshot row by row when asked for it (%s)', async (_, database) => {
    await withServed(serve, database, async (remote) => {
      const file = newFile();
      const progress: SnapshotProgress[] = [];
      const { method } = await remote.snapshot(file, { method: 'rows', onProgress: (p) => progress.push(p) });
      expect(method).toBe('rows');
      expect(compareDatabases(database, file, { ignoreApplicationId: false })).toEqual([]);
      expect(progress.at(-1)).toMatchObject({ unit: 'rows', total: null });
    });
  });

  // A real table of that name hides the virtual one, as it is hidden where a server does not have it.
  test('is copied row by row where it does not serve its pages', async () => {
    const database = newFile();
    buildDatabase(
      database,
      `CREATE TABLE t(v); INSERT INTO t VALUES ('x');
       PRAGMA writable_schema=ON;
       CREATE TABLE hides(x); UPDATE sqlite_schema SET name = 'sqlite_dbpage', tbl_name = 'sqlite_dbpage',
         sql = 'CREATE TABLE sqlite_dbpage(x)' WHERE name = 'hides'`,
    );
    await withServed(serve, database, async (remote) => {
      const file = newFile();
      expect(await remote.snapshot(file)).toMatchObject({ method: 'rows' });
      expect(readValue(file, 'SELECT v FROM t')).toBe('x');
    });
  });

  test('sets aside what only libSQL knows, whichever way it is copied', async () => {
    await withServed(serve, undefined, async (remote, served) => {
      await served.exec(
        'CREATE TABLE v(id INTEGER PRIMARY KEY, e F32_BLOB(3)); CREATE INDEX by_vector ON v(libsql_vector_idx(e))',
        `INSERT INTO v VALUES (1, vector32('[1,2,3]')); CREATE INDEX by_id ON v(id); CREATE INDEX by_text ON v(vector_extract(e))`,
        `CREATE TABLE r(x) RANDOM ROWID; INSERT INTO r VALUES (1), (2); CREATE VIEW w AS SELECT vector_extract(e) FROM v`,
      );
      const [pages, rows] = [newFile(), newFile()];
      const byPages = await remote.snapshot(pages, { method: 'pages' });
      const byRows = await remote.snapshot(rows, { method: 'rows' });
      expect(byPages.setAside.map((o) => o.name)).toEqual(['by_vector', 'by_text', 'r']);
      expect(byRows.setAside).toEqual(byPages.setAside);
      expect(compareDatabases(pages, rows)).toEqual([]);
      expect(readValue(pages, 'PRAGMA integrity_check')).toBe('ok');
      expect(readValue(pages, 'SELECT group_concat(name) FROM sqlite_schema')).toBe('v,by_id,r,w');
      expect(readValue(pages, 'SELECT hex(e) FROM v')).toBe('0000803F0000004000004040');
    });
  });

  test('tells which statement of a transaction it does not allow', async () => {
    await withServed(serve, undefined, async (remote, served) => {
      await served.exec('CREATE TABLE t(v)');
      const outcome = await remote.transact([
        { sql: 'INSERT INTO t VALUES (1)' },
        { sql: 'INSERT INTO later VALUES (?, ?)', args: [1n, 2n] },
        { sql: 'PRAGMA application_id = 1' },
      ]);
      expect(outcome).toMatchObject({ committed: false, failed: 2, code: 'SQL_PARSE_ERROR' });
      expect(await remote.read(countRows)).toBe(0);
    });
  });

  test('is asked again after it did not answer', async () => {
    const server = await startSqld();
    const remote = servedBy(server).connect();
    await server.kill();
    for (const work of [() => remote.read(countRows), () => remote.transact([])])
      await expect(work()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    await server.restart();
    expect(await remote.read((query) => query('SELECT 1'))).toEqual([[1n]]);
    await remote.close();
    await server.stop();
  });

  test('is spoken to in an older protocol where it does not know the newer one', async () => {
    const server = await startSqld({ database: nasty });
    const old = createServer((request, response) => {
      if (request.url?.startsWith('/v3') === true) {
        response.writeHead(404).end();
        return;
      }
      const options = { method: request.method, headers: request.headers };
      const onward = httpRequest(new URL(request.url ?? '', server.url), options, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const remote = connect(parseRemoteUrl(`http://127.0.0.1:${(old.address() as AddressInfo).port}`, ''));
    const file = newFile();
    expect(await remote.snapshot(file)).toMatchObject({ method: 'pages' });
    expect(compareDatabases(nasty, file, { ignoreApplicationId: false })).toEqual([]);
    expect(await remote.transact([{ sql: 'CREATE TABLE made(v)' }])).toMatchObject({ committed: true });
    await remote.close();
    old.close();
    await server.stop();
  });

  test('has other fingerprints after a crash, whatever it holds then', async () => {
    const server = await startSqld();
    const served = servedBy(server);
    const remote = served.connect();
    const before: (string | null)[] = [];
    await served.exec('CREATE TABLE t(v)');
    for (let i = 0; i < 10; i++) {
      await served.exec(`INSERT INTO t VALUES (${i})`);
      before.push(await remote.fingerprint());
    }
    await server.kill();
    await server.restart();
    const again = served.connect();
    for (let i = 0; i < 10; i++) {
      await served.exec(`INSERT INTO t VALUES (${-i})`);
      expect(before).not.toContain(await again.fingerprint());
    }
    await remote.close();
    await again.close();
    await server.stop();
  });
});

describe('a writer that does not let go', () => {
  const insert = [{ sql: 'INSERT INTO t VALUES (2)' }];

  test('of a file: REMOTE_BUSY, and nothing is written', async () => {
    const file = newFile();
    buildDatabase(file, 'CREATE TABLE t(v); INSERT INTO t VALUES (1)');
    const script = `const db = new (require(process.argv[1]))(process.argv[2]);
      db.exec('BEGIN IMMEDIATE'); console.log('held'); setTimeout(() => {}, 60000)`;
    const args = ['-e', script, require.resolve('better-sqlite3'), file];
    const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const remote = connect(parseRemoteUrl(`file:${file}`, ''));
    await expect(remote.transact(insert)).rejects.toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
    expect(await remote.read(countRows)).toBe(1);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    expect(await remote.transact(insert)).toMatchObject({ committed: true });
  });

  const testWithSqld = requireTool('sqld') ? test : test.skip;
  testWithSqld(
    'of a server: it is thrown out after a while, and our transaction is carried out',
    async () => {
      const server = await startSqld();
      await servedBy(server).exec('CREATE TABLE t(v)');
      const remote = servedBy(server).connect();
      await withStream(server, undefined, async ({ script }) => {
        await script('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
        expect(await remote.transact(insert)).toMatchObject({ committed: true });
      });
      expect(await remote.read((query) => query('SELECT v FROM t'))).toEqual([[2n]]);
      await remote.close();
      await server.stop();
    },
  );
});

describeWithSqld('a libsql-server that asks for tokens', () => {
  let server: SqldWithAuth;
  beforeAll(async () => {
    server = await startSqld({ auth: true });
    await servedBy(server).exec('CREATE TABLE t(v)', 'INSERT INTO t VALUES (1)');
  });
  afterAll(() => server.stop());

  const attempts: [string, (remote: Remote) => Promise<unknown>][] = [
    ['fingerprint', (remote) => remote.fingerprint()],
    ['snapshot', (remote) => remote.snapshot(newFile())],
    ['read', (remote) => remote.read(countRows)],
    ['transact', (remote) => remote.transact([{ sql: 'DELETE FROM t' }])],
  ];
  const tokens: [string, () => string | undefined][] = [
    ['no', () => undefined],
    ['an expired', () => server.expiredToken],
    ['a wrong', () => `${server.readWriteToken.slice(0, -4)}AAAA`],
    ['a garbage', () => 'not-a-token'],
  ];
  test.each(tokens.flatMap(([kind, token]) => attempts.map(([what, work]) => ({ kind, token, what, work }))))(
    'refuses $what with $kind token',
    async ({ token, work }) => {
      const remote = connect(parseRemoteUrl(server.url, ''), { authToken: token() });
      const error = await work(remote).then(
        () => undefined,
        (e: unknown) => e as TursoSyncError,
      );
      expect(error).toMatchObject({
        code: 'REMOTE_UNAUTHORIZED',
        message: expect.stringContaining('401') as string,
      });
      expect(error?.hint).toContain('token');
      await remote.close();
    },
  );

  test('lets a read-only token read everything and change nothing', async () => {
    const remote = connect(parseRemoteUrl(server.url, ''), { authToken: server.readOnlyToken });
    const file = newFile();
    expect(await remote.fingerprint()).toMatch(/\S/);
    expect(await remote.snapshot(file)).toMatchObject({ method: 'pages' });
    expect(await remote.snapshot(newFile(), { method: 'rows' })).toMatchObject({ method: 'rows' });
    expect(await remote.read(countRows)).toBe(1);
    await expect(remote.transact([{ sql: 'DELETE FROM t' }])).rejects.toMatchObject({
      code: 'REMOTE_READ_ONLY',
      hint: expect.stringContaining('write access') as string,
    });
    expect(await remote.read(countRows)).toBe(1);
    await remote.close();
  });

  test('never sees a token that cannot be sent', async () => {
    for (const token of ['with a line\nbreak', 'with a €']) {
      const remote = connect(parseRemoteUrl(server.url, ''), { authToken: token });
      for (const [, work] of attempts) {
        const error: unknown = await work(remote).catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'REMOTE_UNAUTHORIZED' });
        expect(JSON.stringify(error)).not.toContain(token);
        expect(inspect(error)).not.toContain(token);
      }
      await remote.close();
    }
  });
});
