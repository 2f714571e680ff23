import { once } from 'node:events';
import http from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createTokens,
  execOn,
  pauseProcess,
  queryOn,
  requireTool,
  startProxy,
  startSqld,
} from '@turso-sync/testing';
import { openLive } from './built.fixture';
import { errorOf, printed, withServer, rowsOf } from './served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Milliseconds that a call may take beyond its timeout. */
const GRACE = 5000;

/** Milliseconds that suffice to open a connection on a busy machine. */
const LIMIT = 6000;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describeWithSqld('a server that says nothing', () => {
  test('does not keep openLive() for longer than its timeout', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const took = await timed(async () => {
        expect(await errorOf(openLive({ url, timeout: 500 }))).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      });
      expect(took).toBeLessThan(500 + GRACE);
    } finally {
      silent.close();
    }
  });

  test('ends reads, writes and syncs in time, and a write says that it may be there', () =>
    withServer(async ({ server, open, openRemote }) => {
      const live = await open({ timeout: LIMIT });
      const remote = await openRemote({ timeout: LIMIT });
      await live.execute('CREATE TABLE t (v)');
      const goOn = await pauseProcess(server.pid);
      try {
        const took = await timed(async () => {
          expect(await errorOf(remote.query('SELECT 1'))).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
          const write = await errorOf(live.execute('INSERT INTO t VALUES (1)'));
          expect(write).toMatchObject({ code: 'REMOTE_INTERRUPTED', retryable: false });
          expect(await errorOf(live.sync())).toMatchObject({ code: 'SYNC_FAILED' });
          expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
        });
        expect(took).toBeLessThan(3 * LIMIT + GRACE);
      } finally {
        goOn();
      }
      await sleep(500);
      await live.sync();
      // The process that syncs was not asked.
      expect(live.stats().reconnects).toBe(0);
      // Whether it has arrived is the server's affair; it was not sent twice.
      expect([0n, 1n]).toContain((await rowsOf(live, 'SELECT count(*) FROM t'))[0]?.[0]);
    }));
});

describeWithSqld('a server that asks for tokens', () => {
  test('refuses wrong, expired and missing ones, which no error shows', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ open, openRemote }) => {
      const wrong = createTokens().readWriteToken;
      for (const authToken of [wrong, server.expiredToken, undefined]) {
        for (const opening of [open, openRemote]) {
          const error = await errorOf(opening({ authToken }));
          expect(error).toMatchObject({ code: 'REMOTE_UNAUTHORIZED', retryable: false });
          if (authToken !== undefined) expect(printed(error)).not.toContain(authToken);
        }
      }
      expect(await errorOf(open({ authToken: 'two words' }))).toMatchObject({ code: 'REMOTE_UNAUTHORIZED' });
    }, server);
  });

  test('lets a read-only token read, and not write', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ openRemote }) => {
      await execOn(server, 'CREATE TABLE t (v)');
      const live = await openRemote({ authToken: server.readOnlyToken });
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
      const error = await errorOf(live.execute('INSERT INTO t VALUES (1)'));
      expect(error).toMatchObject({ code: 'REMOTE_READ_ONLY', retryable: false });
      expect(printed(error)).not.toContain(server.readOnlyToken);
      expect(await errorOf(live.batch(['INSERT INTO t VALUES (1)']))).toMatchObject({
        code: 'REMOTE_READ_ONLY',
      });
    }, server);
  });

  test('serves a replica, whose errors do not show the token either', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ open }) => {
      const live = await open({ authToken: server.readWriteToken });
      await live.execute('CREATE TABLE t (v)');
      await server.kill();
      for (const call of [live.sync(), live.execute('INSERT INTO t VALUES (1)')])
        expect(printed(await errorOf(call))).not.toContain(server.readWriteToken);
      expect(await errorOf(live.sync())).toMatchObject({
        code: 'SYNC_FAILED',
        message: expect.stringContaining('connection refused') as string,
        cause: { code: 'REMOTE_UNREACHABLE' },
      });
    }, server);
  });
});

describeWithSqld('a server that is not there', () => {
  test('is asked again some times, and then it is an error', async () => {
    const error = await errorOf(openLive({ url: 'http://127.0.0.1:1', maxRetries: 2 }));
    expect(error).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
  });

  test.each([0, 2])('but hangs up, is asked again %s times', async (maxRetries) => {
    let calls = 0;
    const server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await errorOf(openLive({ url, maxRetries }))).toMatchObject({ code: 'REMOTE_INTERRUPTED' });
      expect(calls).toBe(maxRetries + 1);
    } finally {
      server.close();
    }
  });

  test('and is another, is said to be', async () => {
    const other = http.createServer((_, answer) => answer.end('Hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    try {
      const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      expect(await errorOf(openLive({ url }))).toMatchObject({ code: 'REMOTE_NOT_LIBSQL' });
    } finally {
      other.close();
    }
  });

  test('for a moment, does not show in a read or a write', () =>
    withServer(async ({ server, openRemote }) => {
      const live = await openRemote({ maxRetries: 10 });
      await live.execute('CREATE TABLE t (v)');
      await server.kill();
      const back = sleep(300).then(() => server.restart());
      try {
        await live.execute('INSERT INTO t VALUES (1)');
      } finally {
        await back;
      }
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[1n]]);
      expect(live.stats().retries).toBeGreaterThan(0);
    }));

  test('in the midst of a transaction, ends it', () =>
    withServer(async ({ server, open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (v)');
      const transaction = await live.begin();
      await transaction.execute('INSERT INTO t VALUES (1)');
      await server.kill();
      await server.restart();
      expect(await errorOf(transaction.execute('INSERT INTO t VALUES (2)'))).toMatchObject({
        code: 'REMOTE_BUSY',
      });
      expect(await errorOf(transaction.commit())).toMatchObject({ code: 'REMOTE_BUSY' });
      await live.sync();
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
    }));
});

describeWithSqld('a connection that breaks off', () => {
  test('after a write arrived, is told, and the write is not repeated', () =>
    withServer(async ({ server, openRemote }) => {
      const proxy = await startProxy(server.port);
      const live = await openRemote({ url: proxy.url });
      await live.execute('CREATE TABLE t (v)');
      proxy.setCutAfter(0);
      for (const write of [
        () => live.execute('INSERT INTO t VALUES (1)'),
        () => live.batch(['INSERT INTO t VALUES (2)']),
        () => live.insertRows('t', ['v'], [[3n]]),
      ])
        expect(await errorOf(write())).toMatchObject({ code: 'REMOTE_INTERRUPTED', retryable: false });
      await proxy.stop();
      await sleep(200);
      expect(await queryOn(server, 'SELECT v FROM t ORDER BY v')).toEqual([[1n], [2n], [3n]]);
    }));

  test('while a read waits, is not seen: it is read again', () =>
    withServer(async ({ server, openRemote }) => {
      const proxy = await startProxy(server.port);
      const live = await openRemote({ url: proxy.url });
      proxy.setCutAfter(0);
      const answer = live.query('SELECT 1 AS one');
      await sleep(100);
      proxy.setCutAfter(undefined);
      expect((await answer).rows).toEqual([{ one: 1n }]);
      await live.close();
      await proxy.stop();
    }));

  test('in the sync after a committed write, says that the write is there', () =>
    withServer(async ({ server, open }) => {
      const proxy = await startProxy(server.port);
      const live = await open({ url: proxy.url });
      await live.execute('CREATE TABLE t (v)');
      // The answer to a write is shorter, and a page of the database longer.
      proxy.setCutAfter(2000);
      const error = await errorOf(live.execute("INSERT INTO t VALUES ('once')"));
      expect(error).toMatchObject({
        code: 'COMMITTED_NOT_SYNCED',
        retryable: false,
        cause: { code: 'SYNC_FAILED' },
      });
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([]);
      proxy.setCutAfter(undefined);
      await live.sync();
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([['once']]);
      await live.close();
      await proxy.stop();
    }));
});

describeWithSqld('other writers', () => {
  test('are let in where a transaction keeps them waiting, and then it has written nothing', () =>
    withServer(async ({ server, openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      const transaction = await live.begin();
      await transaction.execute('INSERT INTO t VALUES (1)');
      await sleep(5500);
      await execOn(server, 'INSERT INTO t VALUES (2)');
      for (const call of [transaction.execute('INSERT INTO t VALUES (3)'), transaction.commit()])
        expect(await errorOf(call)).toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
      await transaction.rollback();
      expect(await queryOn(server, 'SELECT v FROM t')).toEqual([[2n]]);
    }));

  test('wait for a transaction, and come after it', () =>
    withServer(async ({ dir, openRemote }) => {
      for (const url of [undefined, `file:${path.join(dir, 'app.db')}`]) {
        const live = await openRemote(url === undefined ? {} : { url });
        await live.execute('CREATE TABLE t (v)');
        const transaction = await live.begin();
        await transaction.execute('INSERT INTO t VALUES (1)');
        const other = live.execute('INSERT INTO t VALUES (2)');
        await sleep(200);
        await transaction.commit();
        await other;
        expect(await rowsOf(live, 'SELECT v FROM t ORDER BY rowid')).toEqual([[1n], [2n]]);
      }
    }));
});
