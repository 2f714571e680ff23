import { queryOn, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import { connect } from '../../src/remote/connect';
import type { Remote } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';
import { startHttpProxy, type HttpProxy } from '../hostile/http-proxy.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** What is answered to the requests of a kind, in place of the server. */
interface Reply {
  readonly to: 'writes' | 'reads' | 'batons';
  readonly status: number;
  readonly body: object;
}

describeWithSqld('an answer that is documented', () => {
  let [server, proxy, remote]: [Sqld?, HttpProxy?, Remote?] = [];
  let reply: Reply | null = null;

  beforeAll(async () => {
    server = await startSqld();
    proxy = await startHttpProxy(server.url, ({ path, body, forward }) => {
      const text = body.toString('latin1');
      const isMeant = { writes: /INSERT/, reads: /FROM t/, batons: /"baton":"/ }[reply?.to ?? 'reads'].test(
        text,
      );
      // In JSON, so that batons can be seen.
      if (path.startsWith('/v3-protobuf'))
        return Promise.resolve({ status: 404, headers: {}, body: Buffer.alloc(0) });
      if (reply === null || !isMeant) return forward();
      const { status } = reply;
      return Promise.resolve({ status, headers: {}, body: Buffer.from(JSON.stringify(reply.body)) });
    });
    remote = connect(parseRemoteUrl(proxy.url, ''));
    await remote.transact([{ sql: 'CREATE TABLE t(v)' }]);
  });
  afterEach(() => {
    reply = null;
  });
  afterAll(async () => {
    await remote?.close();
    proxy?.stop();
    await server?.stop();
  });

  const write = (): Promise<unknown> => (remote as Remote).transact([{ sql: 'INSERT INTO t VALUES (1)' }]);
  const read = (): Promise<unknown> => (remote as Remote).read((query) => query('SELECT v FROM t'));

  const blocked = { message: 'Operation was blocked: SQL write operations are forbidden', code: 'BLOCKED' };
  const refused = { type: 'error', error: blocked };
  const ended = { type: 'ok', response: { type: 'close' } };

  test.each<[string, Reply, object]>([
    [
      '402',
      { to: 'writes', status: 402, body: { error: 'upgrade' } },
      { code: 'REMOTE_BLOCKED', retryable: false },
    ],
    [
      'BLOCKED',
      {
        to: 'writes',
        status: 200,
        body: { baton: null, results: [refused, refused, refused, refused, ended] },
      },
      { code: 'REMOTE_BLOCKED', retryable: false },
    ],
    [
      '403',
      { to: 'writes', status: 403, body: { error: 'blocked' } },
      { code: 'REMOTE_READ_ONLY', retryable: false },
    ],
    ['413', { to: 'writes', status: 413, body: {} }, { code: 'REMOTE_REFUSES_SIZE', retryable: false }],
    [
      '408',
      { to: 'writes', status: 408, body: { error: 'timed out' } },
      { code: 'REMOTE_FAILED', retryable: true },
    ],
    ['502', { to: 'writes', status: 502, body: {} }, { code: 'REMOTE_FAILED', retryable: true }],
    ['503', { to: 'writes', status: 503, body: {} }, { code: 'REMOTE_FAILED', retryable: true }],
    ['401', { to: 'reads', status: 401, body: {} }, { code: 'REMOTE_UNAUTHORIZED', retryable: false }],
    [
      '404 for a stream',
      { to: 'batons', status: 404, body: { error: 'stream not found: 7:1' } },
      { code: 'REMOTE_BUSY', retryable: true },
    ],
    [
      '404 for a stream, with a code',
      { to: 'batons', status: 404, body: { error: 'no record', code: 'STREAM_NOT_FOUND' } },
      { code: 'REMOTE_BUSY', retryable: true },
    ],
    [
      '410 for a stream that expired',
      { to: 'batons', status: 410, body: { error: 'stream expired', code: 'STREAM_EXPIRED' } },
      { code: 'REMOTE_BUSY', retryable: true },
    ],
    [
      '410 for a stream of a server that is gone',
      { to: 'batons', status: 410, body: { error: 'gone', code: 'STREAM_LOST' } },
      { code: 'REMOTE_BUSY', retryable: true },
    ],
    [
      '404 for anything else',
      { to: 'reads', status: 404, body: {} },
      { code: 'REMOTE_NOT_LIBSQL', retryable: false },
    ],
  ])('is an error with a hint: %s', async (_, given, error) => {
    await read();
    reply = given;
    const work = given.to === 'writes' ? write() : read();
    await expect(work).rejects.toMatchObject({ ...error, hint: expect.stringMatching(/\S/) as string });
    reply = null;
    expect(await read()).toEqual([]);
    expect(await queryOn(server as Sqld, 'SELECT count(*) FROM t')).toEqual([[0n]]);
  });
});
