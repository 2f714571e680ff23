import { execOn, queryOn } from './statements';
import { startFaultProxy, type FaultProxy, type RequestFault } from './fault-proxy';
import { startSqld, type Sqld } from './sqld';
import { requireTool } from './tools';

(requireTool('sqld') ? describe : describe.skip)('a request through a proxy that lets it fail', () => {
  let server: Sqld;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startSqld();
    proxy = await startFaultProxy(server.port);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(() => execOn(server, ['DROP TABLE IF EXISTS t', 'CREATE TABLE t(v)']));

  /** Inserts a row through the proxy, and tells how it ended and how many rows there are. */
  async function insert(kind: RequestFault): Promise<unknown[]> {
    proxy.arm({ kind, request: 0 });
    const ended = await execOn(proxy, ['INSERT INTO t VALUES (1)']).then(
      () => 'done',
      (error: unknown) => (error as Error).message,
    );
    return [ended, (await queryOn(server, 'SELECT count(*) FROM t'))[0]?.[0]];
  }

  test.each([
    ['lost' as const, 'socket hang up', 0n],
    ['cut off' as const, 'socket hang up', 1n],
    ['sent twice' as const, 'done', 2n],
    ['delayed' as const, 'done', 1n],
    [503, 'HTTP 503: refused on the way', 0n],
  ])('is %s', async (kind, ended, rows) => {
    expect(await insert(kind)).toEqual([ended, rows]);
    expect(await insert('delayed')).toEqual(['done', rows + 1n]);
  });
});
