import { queryOn, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import { createServerRemote } from './server-remote';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a transaction for the case that nothing was written since a mark', () => {
  let server: Sqld;
  beforeAll(async () => {
    server = await startSqld();
  });
  afterAll(() => server.stop());

  test('is not begun once the server has given up the stream', async () => {
    const remote = createServerRemote(new URL(server.url), server.url, {});
    await remote.transact([{ sql: 'CREATE TABLE t(v)' }]);
    const mark = (await remote.fingerprint()) ?? '';
    const statements = jest.fn(() => {
      // Slightly longer than a server keeps an idle stream.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_500);
      return [{ sql: 'INSERT INTO t VALUES (1)' }];
    });
    expect(await remote.transactSince(mark, statements)).toBeNull();
    expect(statements).toHaveBeenCalledTimes(1);
    expect(await queryOn(server, 'SELECT v FROM t')).toEqual([]);
    await remote.close();
  });
});
