import path from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import {
  buildDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startFront,
  startSqld,
  type Front,
  type FrontOptions,
  type Sqld,
} from '@turso-sync/testing';
import { makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';
import { openLive } from '../live/built.fixture';
import { errorOf, rowsOf } from '../live/served.fixture';

type Passing = NonNullable<FrontOptions['answerAs']>;

const database = path.join(makeTempDir(), 'base.db');

const ENCODERS = {
  // A stream has to arrive as it comes.
  gzip: () => zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH }),
  deflate: () => zlib.createDeflate({ flush: zlib.constants.Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliCompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH }),
};

(requireTool('sqld') ? describe : describe.skip)('a proxy that compresses although nobody asked', () => {
  let server: Sqld;
  let front: Front | undefined;

  beforeAll(async () => {
    buildDatabase(
      database,
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v, w DEFAULT (printf('%5000d', 1))); INSERT INTO t(id, v) VALUES (1, 1)",
    );
    server = await startSqld({ database });
  });
  beforeEach(() => execOn(server, ['DELETE FROM t', 'INSERT INTO t(id, v) VALUES (1, 1)']));
  afterEach(() => front?.stop());
  afterAll(() => server.stop());

  /** An edited project whose remote is behind a proxy of that kind. */
  async function editedProject(answerAs: Passing): Promise<TestProject> {
    front = await startFront(server.port, { answerAs });
    const project = makeProject({ url: server.url });
    expect(await project.run('init')).toMatchObject({ exit: 0 });
    project.edit('INSERT INTO t(id, v) VALUES (2, 2)');
    const env = { TURSO_DATABASE_URL: front.url };
    const run = (...args: string[]): Promise<Run> =>
      project.start([...args, '--quiet', '--accept-remote'], { env }).ended;
    return { ...project, run };
  }

  /** Replaces every body. */
  const withBody =
    (encoding: string, body: () => Readable | Buffer): Passing =>
    ({ headers: { 'content-length': _, ...headers } }) => {
      const made = body();
      return {
        headers: { ...headers, 'content-encoding': encoding },
        body: Buffer.isBuffer(made) ? Readable.from([made]) : made,
      };
    };

  const compressing =
    (encoding: keyof typeof ENCODERS): Passing =>
    (answer) => {
      const { 'content-length': _, ...headers } = answer.headers;
      // Streams of gRPC, too.
      return {
        headers: { ...headers, 'content-encoding': encoding },
        body: answer.pipe(ENCODERS[encoding]()),
      };
    };

  test.each(Object.keys(ENCODERS) as (keyof typeof ENCODERS)[])('is understood: %s', async (encoding) => {
    const project = await editedProject(compressing(encoding));
    const run = async (...args: string[]): Promise<void> =>
      expect({ args, ...(await project.run(...args)) }).toMatchObject({ exit: 0, stderr: '' });
    await run('push');
    await execOn(server, 'INSERT INTO t(id, v) VALUES (3, 3)');
    await run('pull');
    await run('verify');
    expect(project.query('SELECT sum(v), min(length(w)) FROM t')).toEqual([[6, 5000]]);
    // With a key, the replica's requests take this way as well.
    const live = { url: front?.url ?? '', encryptionKey: 'a2V5' };
    for (const replica of [{}, { replica: path.join(makeTempDir(), 'replica.db') }]) {
      await using connection = await openLive({ ...live, ...replica });
      await connection.execute('INSERT INTO t (v) VALUES (4)');
      expect(await rowsOf(connection, 'SELECT max(v) FROM t')).toEqual([[4n]]);
    }
  });

  test('in an unknown way fails the sync of a replica, which has the reason', async () => {
    let passing: Passing = () => null;
    front = await startFront(server.port, { answerAs: (...told) => passing(...told) });
    const replica = path.join(makeTempDir(), 'replica.db');
    await using live = await openLive({ url: front.url, encryptionKey: 'a2V5', replica, maxRetries: 0 });
    for (const encoding of ['zstd', 'gzip']) {
      passing = withBody(encoding, () => json);
      const error = await errorOf(live.sync());
      expect(error).toMatchObject({ code: 'SYNC_FAILED' });
      expect((error as Error).message).toMatch(/compressed/);
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([[1n]]);
    }
    passing = () => null;
    await execOn(server, 'INSERT INTO t(id, v) VALUES (2, 2)');
    await live.sync();
    expect(await rowsOf(live, 'SELECT max(v) FROM t')).toEqual([[2n]]);
  });

  test('is not asked to', async () => {
    const project = await editedProject(() => null);
    expect(await project.run('push')).toMatchObject({ exit: 0 });
    expect(new Set(front?.seen.map(({ headers }) => headers['accept-encoding']))).toEqual(
      new Set(['identity']),
    );
  });

  const json = Buffer.from('{"baton":null,"base_url":null,"results":[]}');
  const half = zlib.gzipSync(
    Buffer.from(JSON.stringify({ results: Array.from({ length: 999 }, Math.random) })),
  );
  const bomb = (): Readable => {
    const zeros = Buffer.alloc(1 << 20);
    const gigabytes = function* (): Generator<Buffer> {
      for (let i = 0; i < 4096; i++) yield zeros;
    };
    return Readable.from(gigabytes()).pipe(zlib.createGzip({ level: 1 }));
  };

  test.each<[string, string, Passing]>([
    ['with a truncated answer', 'REMOTE_INTERRUPTED', withBody('gzip', () => half.subarray(0, -500))],
    ['but does not', 'REMOTE_NOT_LIBSQL', withBody('gzip', () => json)],
    ['but does not, with Brotli', 'REMOTE_NOT_LIBSQL', withBody('br', () => json)],
    ['but not that way', 'REMOTE_NOT_LIBSQL', withBody('gzip', () => zlib.brotliCompressSync(json))],
    ['in a way that is not known', 'REMOTE_NOT_LIBSQL', withBody('zstd', () => json)],
    ['twice', 'REMOTE_NOT_LIBSQL', withBody('gzip, gzip', () => zlib.gzipSync(zlib.gzipSync(json)))],
    ['much into little', 'RESPONSE_TOO_LARGE', withBody('gzip', bomb)],
  ])('%s is an error after which nothing has changed: %s', async (_, code, answerAs) => {
    const project = await editedProject(answerAs);
    const before = project.digests();
    for (const args of [['push'], ['pull'], ['verify'], ['init', '--force']]) {
      const run = await project.run(...args);
      expect({ args, exit: run.exit, stdout: run.stdout }).toEqual({ args, exit: 1, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`^${code}: .+\\n {2}\\S`));
    }
    const unchanged = Object.entries(before).filter(([name]) => !name.endsWith('base/manifest.json'));
    expect(project.digests()).toMatchObject(Object.fromEntries(unchanged));
    expect(await queryOn(server, 'SELECT id, v FROM t')).toEqual([[1n, 1n]]);
    expect(await errorOf(openLive({ url: front?.url ?? '', maxRetries: 0 }))).toMatchObject({ code });
    const status = await project.start(['status'], { env: { TURSO_DATABASE_URL: front?.url ?? '' } }).ended;
    expect(status).toMatchObject({ exit: 0, stderr: '' });
    expect(status.stdout).toContain(code);
  });
});
