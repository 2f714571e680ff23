import { execOn, queryOn, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import { openLive } from '../live/built.fixture';
import type { Live } from '../../src/live/live';
import { errorOf } from '../live/served.fixture';
import { startHttpProxy, type HttpProxy, type ProxiedAnswer } from './http-proxy.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const answer = (status: number, body: string, headers = {}): ProxiedAnswer => ({
  ...{ status, headers },
  body: Buffer.from(body),
});

/** Answers in Protocol Buffers to two requests: of another kind, and of no step. Neither tells what was done. */
const OF_ANOTHER_KIND = answer(200, '\x1a\x06\x0a\x04\x2a\x02\x0a\0\x1a\x04\x0a\x02\x0a\0');
const OF_NO_STEP = answer(200, '\x1a\x06\x0a\x04\x1a\x02\x0a\0\x1a\x04\x0a\x02\x0a\0');

/** Answers that come in place of the server's, after it did its work. */
const UNREADABLE: [string, ProxiedAnswer][] = [
  ['no answer of Hrana', answer(200, 'Hello')],
  ['an empty answer', answer(200, '')],
  ['an answer in a compression that is none', answer(200, 'x', { 'content-encoding': 'gzip' })],
  ['another page', answer(303, '', { location: 'http://127.0.0.1:1/' })],
  ['too much', answer(200, ' '.repeat(65_000_000))],
  ['a failure', answer(500, 'out of memory')],
  ['an answer to another question', OF_ANOTHER_KIND],
];

/** Statuses that refuse a request. */
const REFUSALS: [string, ProxiedAnswer, string][] = [
  ['400', answer(400, 'bad request'), 'REMOTE_NOT_LIBSQL'],
  ['404', answer(404, ''), 'REMOTE_NOT_LIBSQL'],
  ['413', answer(413, ''), 'REMOTE_REFUSES_SIZE'],
  ['302', answer(302, '', { location: '/login' }), 'REMOTE_REDIRECTED'],
  ['307', answer(307, '', { location: 'http://127.0.0.1:1/' }), 'REMOTE_REDIRECTED'],
];

describeWithSqld('a write through a proxy', () => {
  let [server, proxy, live]: [Sqld?, HttpProxy?, Live?] = [];
  let reply: { readonly instead: ProxiedAnswer; readonly works: boolean } | null = null;

  beforeAll(async () => {
    server = await startSqld();
    proxy = await startHttpProxy(server.url, async ({ body, forward }) => {
      if (reply === null || !/INSERT|COMMIT/.test(body.toString('latin1'))) return forward();
      if (reply.works) await forward();
      return reply.instead;
    });
    live = await openLive({ url: proxy.url, timeout: 20_000 });
    await execOn(server, 'CREATE TABLE t (v)');
  });
  beforeEach(() => execOn(server as Sqld, 'DELETE FROM t'));
  afterEach(() => {
    reply = null;
  });
  afterAll(async () => {
    await live?.close();
    proxy?.stop();
    await server?.stop();
  });

  const INSERT = 'INSERT INTO t VALUES (1)';
  const WRITES: Record<string, (instead: typeof reply) => Promise<unknown>> = {
    'execute()': (instead) => {
      reply = instead;
      return (live as Live).execute(INSERT);
    },
    'batch()': (instead) => {
      reply = instead;
      return (live as Live).batch([INSERT]);
    },
    'commit()': async (instead) => {
      const transaction = await (live as Live).begin();
      await transaction.execute(INSERT);
      reply = instead;
      return transaction.commit();
    },
  };
  const rows = (): Promise<unknown[][]> => queryOn(server as Sqld, 'SELECT v FROM t');
  const each = <A extends [string, ...unknown[]]>(all: A[]): [string, ...A][] =>
    Object.keys(WRITES).flatMap((name) => all.map((item): [string, ...A] => [name, ...item]));

  const withoutStep = each([['a batch without its steps', OF_NO_STEP]]);

  // A transaction that has ended does not run COMMIT.
  test.each([...each(UNREADABLE), ...withoutStep.filter(([name]) => name !== 'commit()')])(
    '%s: %s says that it may be there, once',
    async (name, _, instead) => {
      const error = await errorOf((WRITES[name] as (typeof WRITES)[string])({ instead, works: true }));
      expect(error).toMatchObject({
        code: 'REMOTE_INTERRUPTED',
        retryable: false,
        message: expect.stringContaining('it may be there, or not') as string,
      });
      expect(await rows()).toEqual([[1n]]);
    },
  );

  test.each(each(REFUSALS))('%s: %s says that nothing was done', async (name, _, instead, code) => {
    const error = await errorOf((WRITES[name] as (typeof WRITES)[string])({ instead, works: false }));
    // A stream that a server does not know is a transaction that has ended.
    const isEnded = name === 'commit()' && code === 'REMOTE_NOT_LIBSQL';
    expect(error).toMatchObject({ code: isEnded ? 'REMOTE_BUSY' : code });
    expect(await rows()).toEqual([]);
  });

  test('whose rows are too many for an answer says that it may be there', async () => {
    const large = 'INSERT INTO t VALUES (1), (2), (3) RETURNING zeroblob(4000000)';
    const error = { code: 'REMOTE_INTERRUPTED', cause: { code: 'RESPONSE_TOO_LARGE' } };
    expect(await errorOf((live as Live).execute(large))).toMatchObject(error);
    // This server keeps it; a batch that did not come to COMMIT leaves nothing.
    expect(await rows()).toHaveLength(3);
    expect(await errorOf((live as Live).batch([large]))).toMatchObject(error);
    expect(await rows()).toHaveLength(3);
  });
});
