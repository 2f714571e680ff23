import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import type { Live, StatementCalls } from '../../src/live/live';
import { openLive } from './built.fixture';
import { errorOf, rowsOf, withServer } from './served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** A way to a server on which requests are refused for a while. */
interface Way {
  readonly url: string;
  /** Refuses so many requests with a status. */
  refuse(status: number, times: number, headers?: http.OutgoingHttpHeaders): void;
  /** Milliseconds that each request takes longer. */
  delay: number;
  /** The most requests that were under way at one time. */
  readonly most: number;
  close(): void;
}

async function wayTo(server: Sqld): Promise<Way> {
  let refusal = { status: 0, times: 0, headers: {} as http.OutgoingHttpHeaders };
  let underWay = 0;
  const way = { delay: 0, most: 0 };
  const proxy = http.createServer((request, response) => {
    if (refusal.times > 0) {
      refusal.times--;
      request.resume().on('end', () => response.writeHead(refusal.status, refusal.headers).end());
      return;
    }
    way.most = Math.max(way.most, ++underWay);
    response.on('close', () => underWay--);
    setTimeout(() => {
      const target = {
        host: '127.0.0.1',
        port: server.port,
        path: request.url ?? '/',
        method: request.method ?? '',
      };
      const onward = http.request({ ...target, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }, way.delay);
  });
  proxy.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return Object.assign(way, {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    refuse(status: number, times: number, headers: http.OutgoingHttpHeaders = {}) {
      refusal = { status, times, headers };
    },
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  });
}

describeWithSqld('a server with too many requests', () => {
  let server: Sqld;
  let way: Way;
  let live: Live;
  beforeEach(async () => {
    server = await startSqld();
    way = await wayTo(server);
    live = await openLive({ url: way.url, timeout: 20_000 });
    await live.execute('CREATE TABLE t (v)');
  });
  afterEach(async () => {
    way.refuse(0, 0);
    await live.close();
    way.close();
    await server.stop();
  });

  test.each([
    [429, {}],
    [503, { 'retry-after': '0' }],
  ])('is asked again, and nothing is done twice: %p', async (status, headers) => {
    const insert = 'INSERT INTO t VALUES (1)';
    way.refuse(status, 2, headers);
    await live.execute(insert);
    way.refuse(status, 2, headers);
    await live.batch([insert, insert]);
    way.refuse(status, 2, headers);
    await live.insertRows('t', ['v'], [[1n]]);
    way.refuse(status, 2, headers);
    const transaction = await live.begin();
    way.refuse(status, 2, headers);
    await transaction.execute(insert);
    way.refuse(status, 2, headers);
    await transaction.commit();
    way.refuse(status, 2, headers);
    expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[5n]]);
    expect(live.stats().retries).toBeGreaterThanOrEqual(14);
  });

  test.each([408, 502, 503, 504])('that may have done it already is not asked again: %p', async (status) => {
    way.refuse(status, 1);
    expect(await errorOf(live.execute('INSERT INTO t VALUES (1)'))).toMatchObject({
      code: 'REMOTE_INTERRUPTED',
      retryable: false,
      cause: { code: 'REMOTE_FAILED' },
    });
    way.refuse(status, 1);
    expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
  });

  test.each([
    ['seconds', (): string => '1'],
    ['a date', (): string => new Date(Date.now() + 2000).toUTCString()],
  ])('is left alone for as long as it asks, in %s', async (_, asked) => {
    way.refuse(429, 1, { 'retry-after': asked() });
    const began = performance.now();
    await live.execute('INSERT INTO t VALUES (1)');
    expect(performance.now() - began).toBeGreaterThan(990);
  });

  test('and stays so, is told in time', async () => {
    const impatient = await openLive({ url: way.url, timeout: 700 });
    way.refuse(429, Infinity);
    const began = performance.now();
    expect(await errorOf(impatient.execute('INSERT INTO t VALUES (1)'))).toMatchObject({
      code: 'REMOTE_BUSY',
      retryable: true,
    });
    expect(performance.now() - began).toBeLessThan(3000);
    way.refuse(0, 0);
    expect(await rowsOf(impatient, 'SELECT count(*) FROM t')).toEqual([[0n]]);
    await impatient.close();
  });

  test('that asks for longer than a call may take is asked once', async () => {
    const { retries } = live.stats();
    way.refuse(429, Infinity, { 'retry-after': '60' });
    for (const call of [() => live.query('SELECT 1'), () => live.execute('CREATE TABLE u (v)')])
      expect(await errorOf(call())).toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
    expect(live.stats().retries).toBe(retries);
  });

  test('gets no more than 32 of one connection at once', async () => {
    way.delay = 50;
    const answers = await Promise.all(Array.from({ length: 200 }, () => live.query('SELECT 1')));
    expect(answers).toHaveLength(200);
    expect(way.most).toBeLessThanOrEqual(32);
    expect(way.most).toBeGreaterThan(1);
  });
});

describeWithSqld('many writers at once', () => {
  test('are all served: 400 writes, 40 transactions, and 150 connections', async () => {
    await withServer(async ({ server, open, openRemote }) => {
      const patient = { timeout: 90_000 };
      const live = await openRemote(patient);
      await live.execute('CREATE TABLE t (v)');
      const insert = (into: StatementCalls): Promise<unknown> => into.execute('INSERT INTO t VALUES (1)');
      const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
        Promise.all(Array.from({ length: count }, (_, i) => work(i)));

      await times(400, () => insert(live));
      await times(40, () => live.transaction(insert));

      const others = [await open(patient), ...(await times(7, () => openRemote(patient)))];
      await Promise.all(others.map((one) => times(20, () => insert(one))));
      await Promise.all(others.map((one) => one.transaction(insert)));

      // More than the server serves at once.
      await times(150, async () => {
        const one = await openLive({ url: server.url, ...patient });
        await insert(one);
        await one.close();
      });
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[758n]]);
    });
  });

  test('do not hold up the transaction that they wait for', async () => {
    await withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      const transaction = await live.begin();
      const writes = Array.from({ length: 40 }, () => live.execute('INSERT INTO t VALUES (1)'));
      await transaction.execute('INSERT INTO t VALUES (1)');
      await transaction.commit();
      await Promise.all(writes);
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[41n]]);
    });
  });
});
