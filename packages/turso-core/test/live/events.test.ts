import { requireTool } from '@turso-sync/testing';
import type { LatencySummary, LiveEvent } from '../../src/live';
import { errorOf, withServer } from './served.fixture';

(requireTool('sqld') ? describe : describe.skip)('events of a live connection', () => {
  test('tell of syncs, slow statements, rebuilds and retries, without values, and stats has latencies', () =>
    withServer(async ({ server, open, openRemote }) => {
      const events: LiveEvent[] = [];
      const onEvent = (event: LiveEvent): void => void events.push(event);
      const of = (type: LiveEvent['type']): LiveEvent[] => events.filter((event) => event.type === type);
      const live = await open({ onEvent, slowStatementMs: 0.000_001 });
      await live.execute('CREATE TABLE t (v)');
      await live.execute("INSERT INTO t VALUES ('hidden 1'), (?)", ['hidden 2']);
      await live.query("SELECT v FROM t WHERE v <> 'hidden 3' AND v <> :v", { v: 'hidden 4' });
      await live.batch(["DELETE FROM t WHERE v = 'hidden 5'", 'SELECT 6']);
      await live.insertRows('t', ['v'], [['hidden 7']]);
      await live.transaction((tx) => tx.execute("UPDATE t SET v = 'hidden 8'"));
      expect(await errorOf(live.execute("INSERT INTO nowhere VALUES ('hidden 9')"))).toMatchObject({
        code: 'SQL_FAILED',
      });
      expect(JSON.stringify(events)).not.toContain('hidden');
      const slow = of('slow').map((event) => (event.type === 'slow' ? event.sql : ''));
      expect(slow).toEqual([
        'CREATE TABLE t (v)',
        'INSERT INTO t VALUES (?), (?)',
        'SELECT v FROM t WHERE v <> ? AND v <> :v',
        'DELETE FROM t WHERE v = ?; SELECT ?',
        expect.stringMatching(/INSERT INTO "t"\("v"\)/),
        'UPDATE t SET v = ?',
        'COMMIT',
        'INSERT INTO nowhere VALUES (?)',
      ]);
      for (const event of of('slow'))
        expect(event).toMatchObject({ durationMs: expect.any(Number) as number });
      const { latencies, syncs, frameNo } = live.stats();
      expect(latencies.reads.count).toBe(1);
      expect(latencies.writes.count).toBe(5);
      expect(latencies.syncs.count).toBe(syncs);
      expect(of('sync')).toHaveLength(syncs);
      expect(of('sync').at(-1)).toMatchObject({
        type: 'sync',
        frameNo,
        durationMs: expect.any(Number) as number,
      });
      for (const { p50Ms, p95Ms, maxMs } of Object.values<LatencySummary>({ ...latencies })) {
        expect(p50Ms).toBeGreaterThan(0);
        expect(p95Ms).toBeGreaterThanOrEqual(p50Ms);
        expect(maxMs).toBeGreaterThanOrEqual(p95Ms);
      }
      await live.close();

      const remote = await openRemote({ onEvent, timeout: 2000 });
      await server.kill();
      expect(await errorOf(remote.query('SELECT 1'))).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      expect(of('retry').length).toBe(remote.stats().retries);
      expect(of('retry')[0]).toMatchObject({
        code: 'REMOTE_UNREACHABLE',
        message: expect.stringContaining('connection refused') as string,
        pauseMs: expect.any(Number) as number,
      });
    }));

  test('do no harm, whatever their function does', () =>
    withServer(async ({ open }) => {
      const harmful: ((event: LiveEvent) => unknown)[] = [
        () => {
          throw new Error('of the callback');
        },
        () => Promise.reject(new Error('of the callback')),
      ];
      for (const onEvent of harmful) {
        const live = await open({ onEvent, slowStatementMs: 0.000_001 });
        await live.execute('CREATE TABLE IF NOT EXISTS t (v)');
        expect((await live.query('SELECT 1 AS one')).rows).toEqual([{ one: 1n }]);
        await live.close();
      }
    }));
});
