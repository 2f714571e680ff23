import { requireTool, startSqld } from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import type { Live } from '../../src/live/live';
import { startRefusedWay } from './refused-way.fixture';
import { errorOf, rowsOf, withServer } from './served.fixture';

const INSERT = 'INSERT INTO t VALUES (1)';
/** Text that no server can send. */
const UNSENDABLE = "INSERT INTO t VALUES (CAST(x'61ff' AS TEXT)) RETURNING v";

/** All calls that write. */
const WRITES: ((live: Live) => Promise<unknown>)[] = [
  (live) => live.execute(INSERT),
  (live) => live.batch([INSERT]),
  (live) => live.insertRows('t', ['v'], [[1n]]),
  (live) => live.begin(),
];

async function textOf(work: Promise<unknown>, expected: Partial<TursoSyncError>): Promise<string> {
  const error = await errorOf(work);
  expect(error).toMatchObject(expected);
  const { message, hint } = error as TursoSyncError;
  return `${message} ${hint ?? ''}`;
}

const count = (live: Live): Promise<unknown> => rowsOf(live, 'SELECT count(*) FROM t');

(requireTool('sqld') ? describe : describe.skip)('the message of a failed call', () => {
  test('says that a write was not sent if nobody answers', () =>
    withServer(async ({ server, open, openRemote }) => {
      const connections = [await open({ maxRetries: 1 }), await openRemote({ maxRetries: 1 })];
      await connections[0]?.execute('CREATE TABLE t (v)');
      const transaction = await connections[0]?.begin();
      await server.kill();
      const refused = { code: 'REMOTE_UNREACHABLE', retryable: true } as const;
      const calls = connections.flatMap((live) => WRITES.map((write) => () => write(live)));
      for (const call of [() => transaction?.execute(INSERT) ?? Promise.resolve(), ...calls]) {
        const text = await textOf(call(), refused);
        expect(text).toContain('The request was not sent.');
        expect(text).not.toMatch(/may be|written/);
      }
    }));

  test('blames neither the URL nor the server for a refusal, also of a sync', () =>
    withServer(async ({ server, replica, open, openRemote }) => {
      const way = await startRefusedWay(server.port);
      const { url } = way;
      try {
        const live = await open({ url, replica, timeout: 20_000 });
        await live.execute('CREATE TABLE t (v)');
        for (const [status, headers, code] of [
          [401, {}, 'REMOTE_UNAUTHORIZED'],
          [402, {}, 'REMOTE_BLOCKED'],
          [403, {}, 'REMOTE_READ_ONLY'],
          [413, {}, 'REMOTE_REFUSES_SIZE'],
          [429, { 'retry-after': '60' }, 'REMOTE_BUSY'],
          [503, { 'retry-after': '60' }, 'REMOTE_BUSY'],
        ] as const) {
          way.meet({ status, headers });
          const retryable = code === 'REMOTE_BUSY';
          for (const work of [...WRITES, () => openRemote({ url, timeout: 20_000 })])
            expect(await textOf(work(live), { code, retryable })).not.toMatch(/URL|may be there/);
          const sync = await textOf(live.sync(), { code: 'SYNC_FAILED', retryable });
          expect(sync).toContain('Reads go on with what the replica has.');
          expect(sync).not.toMatch(/URL|that the server runs/);
        }
        way.meet(null);
        expect(await count(live)).toEqual([[0n]]);
        await live.close();
      } finally {
        await way.stop();
      }
    }));

  test('says that the log refuses the token, not that there is no log', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ open }) => {
      const live = await open({ authToken: server.readWriteToken });
      live.setAuthToken(server.expiredToken);
      const text = await textOf(live.sync(), { code: 'SYNC_FAILED', retryable: false });
      expect(text).toContain('refuses the token');
      expect(text).not.toMatch(/URL|does not send the log|that the server runs/);
    }, server);
  });

  test('says what became of a statement whose rows the server cannot send', () =>
    withServer(async ({ open, openRemote }) => {
      const connections = [await open(), await openRemote()];
      await connections[0]?.execute('CREATE TABLE t (v)');
      for (const [before, live] of connections.entries()) {
        await live.sync();
        expect(await count(live)).toEqual([[BigInt(before)]]);
        const { writes } = live.stats();
        const told = await textOf(live.execute(UNSENDABLE), { code: 'ANSWER_NOT_EXACT', retryable: false });
        expect(told).toContain('carried out the statement');
        // It is stored, and the replica has it.
        expect(await count(live)).toEqual([[BigInt(before + 1)]]);
        expect(live.stats().writes).toBe(writes + 1);
        const failed = { code: 'REMOTE_FAILED', retryable: false } as const;
        expect(await textOf(live.batch([INSERT, UNSENDABLE]), failed)).toContain('Nothing was changed.');
        for (const isQuery of [true, false]) {
          const transaction = await live.begin();
          await transaction.execute(INSERT);
          const asked = isQuery
            ? transaction.query("SELECT CAST(x'61ff' AS TEXT)")
            : transaction.execute(UNSENDABLE);
          expect(await textOf(asked, failed)).toContain('Nothing of the transaction was written.');
          expect(await errorOf(transaction.commit())).toMatchObject({ code: 'REMOTE_BUSY' });
        }
        await live.sync();
        expect(await count(live)).toEqual([[BigInt(before + 1)]]);
      }
    }));
});
