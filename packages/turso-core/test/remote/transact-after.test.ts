import { queryOn, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import type { Remote } from '../../src/remote/remote';
import { createServerRemote } from '../../src/remote/server/server-remote';
import { startHttpProxy } from '../hostile/http-proxy.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const INSERT = [{ sql: 'INSERT INTO t VALUES (?)', args: [1n] }, { sql: 'INSERT INTO t VALUES (2)' }];

describeWithSqld('a look and a write in one transaction', () => {
  let server: Sqld;
  let remote: Remote;

  beforeAll(async () => {
    server = await startSqld();
    remote = createServerRemote(new URL(server.url), server.url, {});
    await remote.transact([{ sql: 'CREATE TABLE t(v UNIQUE)' }]);
  });
  beforeEach(() => remote.transact([{ sql: 'DELETE FROM t' }]));
  afterAll(async () => {
    await remote.close();
    await server.stop();
  });

  const rows = (): Promise<unknown> => queryOn(server, 'SELECT v FROM t');

  test('is there as a whole, and others write before or after it', async () => {
    let other: Promise<unknown> | undefined;
    const outcome = await remote.transactAfter?.(async (query) => {
      other = remote.transact([{ sql: 'INSERT INTO t SELECT count(*) + 10 FROM t' }]);
      expect(await query('SELECT count(*) FROM t')).toEqual([[0n]]);
      return INSERT;
    });
    expect(outcome).toEqual({ committed: true });
    expect(await other).toMatchObject({ committed: true });
    expect(await rows()).toEqual([[1n], [2n], [12n]]);
  });

  test('leaves nothing where there is nothing to do, or a statement fails', async () => {
    expect(await remote.transactAfter?.(() => Promise.resolve(null))).toBeNull();
    expect(await remote.transactAfter?.(() => Promise.resolve([...INSERT, ...INSERT]))).toMatchObject({
      committed: false,
      failed: 2,
      message: expect.stringContaining('UNIQUE') as string,
    });
    expect(await rows()).toEqual([]);
    expect(await remote.transact(INSERT)).toMatchObject({ committed: true });
  });

  test('writes nothing once the server has taken the transaction away', async () => {
    const write = remote.transactAfter?.(async (query) => {
      await query('ROLLBACK');
      return INSERT;
    });
    await expect(write).rejects.toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
    expect(await rows()).toEqual([]);
  });

  test('is not called unwritten by an answer that does not tell', async () => {
    const proxy = await startHttpProxy(server.url, async ({ path, body, forward }) => {
      if (path.includes('protobuf')) return { status: 404, headers: {}, body: Buffer.from('{}') };
      const answer = await forward();
      if (!body.includes('"COMMIT"')) return answer;
      const text = answer.body
        .toString()
        .replace(/"step_results":\[.*?\],"step_errors"/s, '"step_results":[],"step_errors"');
      return { ...answer, body: Buffer.from(text) };
    });
    const behind = createServerRemote(new URL(proxy.url), proxy.url, {});
    await expect(behind.transactAfter?.(() => Promise.resolve(INSERT))).rejects.toMatchObject({
      code: 'REMOTE_NOT_LIBSQL',
    });
    expect(await rows()).toEqual([[1n], [2n]]);
    await behind.close();
    proxy.stop();
  });
});
