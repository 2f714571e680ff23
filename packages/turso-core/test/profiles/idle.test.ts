import { queryOn, requireTool, startDouble, startSqld } from '@turso-sync/testing';
import { connect } from '../../src/remote/connect';
import { parseRemoteUrl } from '../../src/remote/url';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Longer than a load balancer keeps a connection on which nothing is asked. */
const IDLE = 800;

describeWithSqld('a connection that a load balancer has closed', () => {
  test('while this program did something else is not used again', async () => {
    const server = await startSqld();
    const double = await startDouble(server.port, 'balancer', { every: Infinity });
    const remote = connect(parseRemoteUrl(double.url, ''));
    await remote.transact([{ sql: 'CREATE TABLE t(v)' }]);
    for (let i = 0; i < 6; i++) {
      const mark = (await remote.fingerprint()) ?? '';
      const busy = (): { sql: string }[] => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, IDLE);
        return [{ sql: `INSERT INTO t VALUES (${i})` }];
      };
      const outcome = i % 2 === 0 ? await remote.transact(busy()) : await remote.transactSince(mark, busy);
      expect(outcome).toMatchObject({ committed: true });
    }
    expect(await queryOn(server, 'SELECT count(*) FROM t')).toEqual([[6n]]);
    await remote.close();
    await double.stop();
    await server.stop();
  });
});
