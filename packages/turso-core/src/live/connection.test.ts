import path from 'node:path';
import { execOn, makeTempDir, queryOn, removeTempDir, requireTool, until } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { openLive } from '../../test/live/built.fixture';
import type { Live } from './live';
import { errorOf, withServer, rowsOf } from '../../test/live/served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a live connection', () => {
  test('inserts 100,000 rows, in their order, and the next read sees them', () =>
    withServer(async ({ server, open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (a INTEGER, b TEXT, c REAL)');
      const rows = Array.from({ length: 100_000 }, (_, i) => [BigInt(i), `row "${i}" é`, i / 7]);
      expect(await live.insertRows('t', ['a', 'b', 'c'], rows)).toEqual({
        changes: 100_000,
        lastInsertRowid: 100_000n,
      });
      expect(await rowsOf(live, 'SELECT a, b, c FROM t ORDER BY rowid')).toEqual(rows);
      expect(await queryOn(server, 'SELECT count(*) FROM t')).toEqual([[100_000n]]);
      expect(live.stats()).toMatchObject({ rowsWritten: 100_000, writes: 2 });
    }));

  test('inserts rows that JSON does not hold among others in their order', () =>
    withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      const rows = Array.from({ length: 5000 }, (_, i) => [
        i % 700 === 600 ? Buffer.from([i & 255]) : BigInt(i),
      ]);
      expect((await live.insertRows('t', ['v'], rows)).changes).toBe(5000);
      expect(
        (await rowsOf(live, 'SELECT v FROM t ORDER BY rowid')).map(([v]) =>
          v instanceof Uint8Array ? [...v] : v,
        ),
      ).toEqual(rows.map(([v]) => (v instanceof Uint8Array ? [...v] : v)));
    }));

  test('takes many calls at once, and lets them share syncs', () =>
    withServer(async ({ open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (v UNIQUE)');
      const { syncs } = live.stats();
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          await live.execute('INSERT INTO t VALUES (?)', [BigInt(i)]);
          expect(await rowsOf(live, 'SELECT count(*) FROM t WHERE v = ?', [BigInt(i)])).toEqual([[1n]]);
        }),
      );
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[60n]]);
      expect(live.stats().syncs - syncs).toBeLessThan(60);
    }));

  test('runs the calls of a transaction in the order of their making', () =>
    withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      const seen = await live.transaction((tx) =>
        Promise.all([
          tx.execute('INSERT INTO t VALUES (1)'),
          tx.query('SELECT count(*) AS n FROM t'),
          tx.execute('DELETE FROM t'),
        ]),
      );
      expect(seen[1].rows).toEqual([{ n: 1n }]);
      expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
    }));

  test('can be declared with `await using`, which closes it', () =>
    withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live[Symbol.asyncDispose]();
      expect(await errorOf(live.query('SELECT 1'))).toMatchObject({ code: 'CONNECTION_CLOSED' });
      await live.close();
    }));

  test('waits for what is under way when it is closed', () =>
    withServer(async ({ server, open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (v)');
      const writes = Array.from({ length: 5 }, () => live.execute('INSERT INTO t VALUES (1)'));
      await live.close();
      await Promise.all(writes);
      expect(await queryOn(server, 'SELECT count(*) FROM t')).toEqual([[5n]]);
    }));

  test('rolls back the transactions that are open when it is closed', () =>
    withServer(async ({ dir, server, openRemote }) => {
      for (const url of [server.url, `file:${path.join(dir, 'app.db')}`]) {
        const live = await openRemote({ url });
        await live.execute('CREATE TABLE t (v)');
        const transaction = await live.begin();
        await transaction.execute('INSERT INTO t VALUES (1)');
        await live.close();
        expect(await errorOf(transaction.commit())).toMatchObject({ code: 'CONNECTION_CLOSED' });
        // By now, nobody has to wait for it.
        const other = await openRemote({ url, timeout: 2000 });
        await other.execute('INSERT INTO t VALUES (2)');
        expect(await rowsOf(other, 'SELECT v FROM t')).toEqual([[2n]]);
      }
    }));

  test('names the statement of a batch that failed, and does none', () =>
    withServer(async ({ dir, openRemote }) => {
      for (const url of [undefined, `file:${path.join(dir, 'app.db')}`]) {
        const live = await openRemote(url === undefined ? {} : { url });
        await live.execute('CREATE TABLE t (v NOT NULL)');
        const batch = [
          'INSERT INTO t VALUES (1)',
          { sql: 'INSERT INTO t VALUES (?)', args: [null] },
          'INSERT INTO t VALUES (3)',
        ];
        const error = await errorOf(live.batch(batch));
        expect(error).toMatchObject({
          code: 'CONSTRAINT_FAILED',
          message: expect.stringContaining('Statement 2: ') as string,
        });
        expect(
          await errorOf(live.batch(['INSERT INTO t VALUES (1)', 'INSERT INTO nowhere VALUES (1)'])),
        ).toMatchObject({
          code: 'SQL_FAILED',
          message: expect.stringContaining('Statement 2') as string,
        });
        expect(await errorOf(live.batch(['INSERT INTO t VALUES (1)', 'INSER']))).toMatchObject({
          code: 'SQL_FAILED',
        });
        expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
        expect(await live.batch([])).toEqual({ changes: 0, lastInsertRowid: null, results: [] });
      }
    }));

  test('checks foreign keys that are deferred when a transaction is committed', () =>
    withServer(async ({ dir, openRemote }) => {
      for (const url of [undefined, `file:${path.join(dir, 'app.db')}`]) {
        const live = await openRemote(url === undefined ? {} : { url });
        await live.batch([
          'CREATE TABLE p (id INTEGER PRIMARY KEY)',
          'CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)',
        ]);
        const orphan = live.transaction((tx) => tx.execute('INSERT INTO c VALUES (1)'));
        expect(await errorOf(orphan)).toMatchObject({ code: 'CONSTRAINT_FAILED' });
        expect(await errorOf(live.batch(['INSERT INTO c VALUES (1)']))).toMatchObject({
          code: 'CONSTRAINT_FAILED',
        });
        await live.transaction(async (tx) => {
          await tx.execute('INSERT INTO c VALUES (1)');
          await tx.execute('INSERT INTO p VALUES (1)');
        });
        expect(await rowsOf(live, 'SELECT count(*) FROM c')).toEqual([[1n]]);
      }
    }));

  test('rolls a transaction back when its work throws, and tells why', () =>
    withServer(async ({ server, open }) => {
      const live = await open();
      await live.execute('CREATE TABLE t (v)');
      const reason = new Error('changed my mind');
      const work = live.transaction(async (tx) => {
        await tx.execute('INSERT INTO t VALUES (1)');
        throw reason;
      });
      expect(await errorOf(work)).toBe(reason);
      expect(await queryOn(server, 'SELECT count(*) FROM t')).toEqual([[0n]]);
      const transaction = await live.begin();
      await transaction.commit();
      expect(await errorOf(transaction.execute('SELECT 1'))).toMatchObject({ code: 'CONNECTION_CLOSED' });
      await transaction.rollback();
    }));

  test.each(['BEGIN', ' /* x */ commit', 'END', 'ROLLBACK', 'SAVEPOINT s', '-- x\nRELEASE s'])(
    'refuses %p, which would reach into transactions that are not its own',
    (sql) =>
      withServer(async ({ openRemote }) => {
        const live = await openRemote();
        expect(await errorOf(live.execute(sql))).toMatchObject({ code: 'USAGE' });
        if (/SAVEPOINT|RELEASE/.test(sql)) return;
        expect(await errorOf(live.batch(['SELECT 1', sql]))).toMatchObject({ code: 'USAGE' });
        expect(await errorOf(live.transaction((tx) => tx.execute(sql)))).toMatchObject({ code: 'USAGE' });
      }),
  );

  test('goes on with savepoints within a transaction', () =>
    withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      await live.transaction(async (tx) => {
        await tx.execute('INSERT INTO t VALUES (1)');
        await tx.execute('SAVEPOINT s');
        await tx.execute('INSERT INTO t VALUES (2)');
        await tx.execute('ROLLBACK TO s');
      });
      expect(await rowsOf(live, 'SELECT v FROM t')).toEqual([[1n]]);
    }));

  test('refuses a query that writes, however it is dressed', () =>
    withServer(async ({ dir, open, openRemote }) => {
      const remote = await openRemote();
      await remote.execute('CREATE TABLE t (v)');
      const live = await open();
      const local = await openRemote({ url: `file:${path.join(dir, 'app.db')}` });
      await local.execute('CREATE TABLE t (v)');
      for (const connection of [live, local])
        expect(await errorOf(connection.query("ATTACH ':memory:' AS m"))).toMatchObject({ code: 'USAGE' });
      for (const connection of [live, remote, local]) {
        expect(await errorOf(connection.query('BEGIN'))).toMatchObject({ code: 'USAGE' });
        for (const sql of [
          'WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x',
          '/* SELECT */ DELETE FROM t',
          'PRAGMA user_version = 7',
        ]) {
          expect(await errorOf(connection.query(sql))).toMatchObject({ code: 'USAGE' });
          expect(await errorOf(connection.transaction((tx) => tx.query(sql)))).toMatchObject({
            code: 'USAGE',
          });
        }
        expect(await rowsOf(connection, 'WITH x AS (SELECT 1) SELECT * FROM x')).toEqual([[1n]]);
        expect(await rowsOf(connection, "SELECT name FROM pragma_table_info('t')")).toEqual([['v']]);
      }
    }));

  test('tells a value that is too large for the server', () =>
    withServer(async ({ openRemote }) => {
      const live = await openRemote();
      await live.execute('CREATE TABLE t (v)');
      const large = 'x'.repeat(6_000_000);
      for (const write of [
        () => live.execute('INSERT INTO t VALUES (?)', [large]),
        () => live.insertRows('t', ['v'], [[large]]),
      ])
        expect(await errorOf(write())).toMatchObject({ code: 'VALUE_TOO_LARGE' });
    }));

  test('refuses options that are none', async () => {
    const url = 'file:never.db';
    for (const [options, code] of [
      [{}, 'URL_MISSING'],
      [{ url: 'mysql://x' }, 'URL_UNSUPPORTED'],
      [{ url: 'https://x?authToken=secret' }, 'CONFIG_HAS_SECRET'],
      [{ url, autoSync: 0 }, 'USAGE'],
      [{ url, timeout: -1 }, 'USAGE'],
      [{ url, maxRetries: 1.5 }, 'USAGE'],
      [{ url, replica: '' }, 'USAGE'],
      [{ url: 'file:no/such/folder/x.db' }, 'FILE_INACCESSIBLE'],
    ] as const)
      expect(await errorOf(openLive(options as { url: string }))).toMatchObject({ code });
  });

  test('keeps following the primary at an interval after the server was away', () =>
    withServer(async ({ server, open }) => {
      const live = await open({ autoSync: 50 });
      await live.execute('CREATE TABLE t (v)');
      await server.kill();
      await expect(live.execute('INSERT INTO t VALUES (1)')).rejects.toMatchObject({
        code: 'REMOTE_UNREACHABLE',
      });
      await server.restart();
      await execOn(server, 'INSERT INTO t VALUES (2)');
      await until(async () => (await rowsOf(live, 'SELECT count(*) FROM t'))[0]?.[0] === 1n);
    }));
});

test('a file is read by other programs as it is, and theirs is read', async () => {
  await withFile(async (live, file) => {
    await live.execute('CREATE TABLE t (v)');
    await live.insertRows('t', ['v'], [[1n], ['two']]);
    const db = new Database(file);
    expect(db.prepare('SELECT v FROM t').pluck().all()).toEqual([1, 'two']);
    db.exec('INSERT INTO t VALUES (3)');
    db.close();
    expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[3n]]);
    expect(await live.sync()).toEqual({ frames: 0, frameNo: 0 });
  });
});

async function withFile(work: (live: Live, file: string) => Promise<void>): Promise<void> {
  const dir = makeTempDir('file-');
  const file = path.join(dir, 'app.db');
  const live = await openLive({ url: `file:${file}` });
  try {
    await work(live, file);
  } finally {
    await live.close();
    removeTempDir(dir);
  }
}
