import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execOn, requireTool, startProxy, until, type Sqld } from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import type { Live } from '../../src/live/live';
import { withServer, rowsOf } from './served.fixture';

const BUILT = path.join(__dirname, '../../dist/live/index.js');

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** 6 MB in one transaction, which no call has the time for on a slow way. */
const LARGE = `CREATE TABLE t (v);
  INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT randomblob(4000) FROM n`;

/** Bytes a second, and milliseconds for a call. */
const SLOW = 2_000_000;
const IMPATIENT = 1000;

/** A way to a server that brings so many bytes a second. */
async function slowWay(server: Sqld, rate: { bytes: number }): Promise<{ url: string; close: () => void }> {
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const onward = net.connect(server.port, '127.0.0.1');
    for (const socket of [client, onward]) sockets.add(socket.on('error', () => undefined));
    client.pipe(onward);
    void (async () => {
      for await (const chunk of onward as AsyncIterable<Buffer>) {
        client.write(chunk);
        await sleep((chunk.byteLength / rate.bytes) * 1000);
      }
      client.end();
    })().catch(() => client.destroy());
    client.on('close', () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

/** Pages that an error of a fetch says are there. On a busy machine, a call may end before its fetch begins: null. */
function pagesIn(error: TursoSyncError): number | null {
  const told = /fetched: (\d+) of/.exec(error.message)?.[1];
  return told === undefined ? null : Number(told);
}

/** Opens a connection. On a busy machine, even a fetch on a quick way may take several calls. */
async function untilOpen(open: () => Promise<Live>): Promise<Live> {
  for (;;) {
    const live = await open().catch((reason: unknown) => {
      expect(reason).toMatchObject({ code: 'SYNC_FAILED', retryable: true });
      return null;
    });
    if (live !== null) return live;
  }
}

async function soundCount(live: Live): Promise<unknown> {
  expect(await rowsOf(live, 'PRAGMA integrity_check')).toEqual([['ok']]);
  return (await rowsOf(live, 'SELECT count(*) FROM t'))[0]?.[0];
}

describeWithSqld('a replica over a slow way', () => {
  test('is fetched for the first time where the last call ended', () =>
    withServer(async ({ server, open }) => {
      await execOn(server, LARGE);
      const way = await slowWay(server, { bytes: SLOW });
      let live: Live | undefined;
      let pages = 0;
      let tries = 0;
      while (live === undefined) {
        expect(++tries).toBeLessThan(20);
        live = await open({ url: way.url, timeout: IMPATIENT }).catch((reason: unknown) => {
          const error = reason as TursoSyncError;
          expect(error).toMatchObject({ code: 'SYNC_FAILED', retryable: true });
          const now = pagesIn(error);
          if (now !== null) expect(now).toBeGreaterThan(pages);
          pages = now ?? pages;
          return undefined;
        });
      }
      expect(tries).toBeGreaterThan(1);
      expect(await soundCount(live)).toBe(1500n);
      expect(live.stats().rebuilds).toBe(0);
      await live.close();
      way.close();
    }));

  test('serves while what takes its place is fetched', () =>
    withServer(async ({ server, open }) => {
      await execOn(server, LARGE);
      const rate = { bytes: 1e9 };
      const way = await slowWay(server, rate);
      const live = await untilOpen(() => open({ url: way.url, timeout: IMPATIENT, autoSync: false }));
      // After a crash, the log is another one.
      await server.kill();
      await server.restart();
      await execOn(server, 'DELETE FROM t WHERE rowid > 1400');
      rate.bytes = SLOW;
      let tries = 0;
      for (;;) {
        expect(++tries).toBeLessThan(20);
        const error = await live.sync().then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error === null) break;
        expect(error).toMatchObject({ code: 'SYNC_FAILED' });
        // It goes on meanwhile, and may be through by now, or become so during the query.
        const rowsNow = (): bigint => (live.stats().rebuilds === 0 ? 1500n : 1400n);
        const earlier = rowsNow();
        const rows = await rowsOf(live, 'SELECT count(*) FROM t');
        expect([earlier, rowsNow()]).toContain(rows[0]?.[0]);
      }
      expect(tries).toBeGreaterThan(1);
      expect(await soundCount(live)).toBe(1400n);
      expect(live.stats().rebuilds).toBe(1);
      await live.close();
      way.close();
    }));

  test('is fetched on where a program was killed', () =>
    withServer(async ({ server, replica, open }) => {
      await execOn(server, LARGE);
      const way = await slowWay(server, { bytes: SLOW });
      const script = `require(process.argv[1]).openLive({ url: process.argv[2], replica: process.argv[3] })`;
      const program = spawn(process.execPath, ['-e', script, BUILT, way.url, replica], { stdio: 'inherit' });
      await until(() => fs.existsSync(`${replica}-new-note`), 10_000);
      await sleep(2000);
      program.kill('SIGKILL');
      await once(program, 'exit');
      let pages: number | null = null;
      while (pages === null)
        pages = await open({ url: way.url, timeout: 500 }).then(
          () => 0,
          (reason: unknown) => pagesIn(reason as TursoSyncError),
        );
      // Less than half of that was fetched within this call.
      expect(pages).toBeGreaterThan(600);
      way.close();
      const live = await open();
      expect(await soundCount(live)).toBe(1500n);
    }));

  test('that breaks off again and again is fetched all the same', () =>
    withServer(async ({ server, open }) => {
      await execOn(server, LARGE);
      const proxy = await startProxy(server.port, { cutAfterBytes: 1_500_000 });
      let live: Live | undefined;
      for (let tries = 1; live === undefined; tries++) {
        expect(tries).toBeLessThan(10);
        live = await open({ url: proxy.url }).catch(() => undefined);
      }
      expect(await soundCount(live)).toBe(1500n);
      await live.close();
      await proxy.stop();
    }));

  test('is fetched from the beginning where the server has another history by then', () =>
    withServer(async ({ server, open }) => {
      await execOn(server, LARGE);
      const proxy = await startProxy(server.port, { cutAfterBytes: 1_500_000 });
      await expect(open({ url: proxy.url })).rejects.toMatchObject({ code: 'SYNC_FAILED' });
      await server.kill();
      await server.restart();
      await execOn(server, ['DELETE FROM t', "INSERT INTO t VALUES ('new')"]);
      proxy.setCutAfter(undefined);
      const live = await open({ url: proxy.url });
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([['new']]);
      expect(await soundCount(live)).toBe(1n);
      await live.close();
      await proxy.stop();
    }));
});

describeWithSqld('a replica of a program that died within a sync', () => {
  test('is what it was before', () =>
    withServer(async ({ server, replica, open }) => {
      await execOn(server, 'CREATE TABLE t (v); INSERT INTO t VALUES (1), (2)');
      await (await open()).close();
      // What a sync that died has written, and had no time to note.
      const script = `const db = new (require(process.argv[1]))(process.argv[2]);
        db.pragma('wal_autocheckpoint = 0'); db.exec('UPDATE t SET v = -1'); console.log('written'); process.stdin.resume()`;
      const other = spawn(process.execPath, ['-e', script, require.resolve('better-sqlite3'), replica], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(other.stdout, 'data');
      other.kill('SIGKILL');
      await once(other, 'exit');
      const live = await open();
      expect(await rowsOf(live, 'SELECT v FROM t ORDER BY v')).toEqual([[1n], [2n]]);
      expect(live.stats().rebuilds).toBe(0);
      await live.execute('INSERT INTO t VALUES (3)');
      expect(await soundCount(live)).toBe(3n);
    }));
});
