import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { inspect } from 'node:util';
import { openHttp } from '@libsql/hrana-client';
import { buildDatabase, compareDatabases, makeTempDir, requireTool } from '@turso-sync/testing';
import { startSqld, type SqldWithAuth } from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import { exactProjection, exactRow } from '../../src/sqlite/values/exact-projection';
import { adapters, readValue, servedBy, type Served } from '../fixtures/adapters.fixture';
import { connect } from '../../src/remote/connect';
import { buildNastyDatabase } from '../fixtures/nasty-database.fixture';
import type { Query } from '../../src/sqlite/query';
import type { Remote, SnapshotProgress } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';

const dir = makeTempDir();
const nasty = path.join(dir, 'nasty.db');
const utf16 = path.join(dir, 'utf16.db');
let files = 0;
const newFile = (): string => path.join(dir, `snapshot-${files++}.db`);

beforeAll(() => {
  buildNastyDatabase(nasty);
  buildNastyDatabase(utf16, 'UTF-16le');
});

/** Serves a database for one piece of work. */
async function withServed<T>(
  serve: (database?: string) => Promise<Served>,
  database: string | undefined,
  work: (remote: Remote, served: Served) => Promise<T>,
): Promise<T> {
  const served = await serve(database);
  const remote = served.connect();
  try {
    return await work(remote, served);
  } finally {
    await remote.close();
    await served.stop();
  }
}

async function countRows(query: Query): Promise<number> {
  return Number((await query('SELECT count(*) FROM t'))[0]?.[0]);
}

describe.each(adapters)('a remote behind $name', ({ serve, name }) => {
  describe('that holds one table', () => {
    let served: Served;
    let remote: Remote;

    beforeAll(async () => {
      served = await serve();
      remote = served.connect();
      await served.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
    });
    afterAll(async () => {
      await remote.close();
      await served.stop();
    });
    beforeEach(() => served.exec('DELETE FROM t', "INSERT INTO t VALUES (1, 'one')"));

    test('has the same fingerprint for everyone as long as nothing is written', async () => {
      const first = await remote.fingerprint();
      expect(first).toMatch(/\S/);
      await remote.read(countRows);
      await remote.snapshot(newFile());
      expect(await remote.fingerprint()).toBe(first);
      const other = served.connect();
      expect(await other.fingerprint()).toBe(first);
      await other.close();
    });

    test('has another fingerprint after each committed write, and not after one that was rolled back', async () => {
      const seen = [await remote.fingerprint()];
      const writes = [
        "UPDATE t SET v = 'two'",
        'CREATE TABLE u(v)',
        'DROP TABLE u',
        'PRAGMA user_version = 3',
      ];
      for (const write of writes) {
        await served.exec(write);
        seen.push(await remote.fingerprint());
      }
      expect(new Set(seen).size).toBe(writes.length + 1);
      await served.exec("BEGIN; UPDATE t SET v = 'three'; ROLLBACK");
      expect(await remote.fingerprint()).toBe(seen.at(-1));
      await remote.transact([{ sql: 'DELETE FROM t' }, { sql: 'SELECT json(1, 2)' }]);
      expect(await remote.fingerprint()).toBe(seen.at(-1));
    });

    test('tells with a commit the mark that it has from then on, or leaves it to be asked for', async () => {
      await remote.fingerprint();
      const outcome = await remote.transact([{ sql: 'DELETE FROM t' }]);
      const { fingerprint = await remote.fingerprint() } = outcome as { fingerprint?: string };
      expect(fingerprint).toBe(await remote.fingerprint());
    });

    test('tells no mark with a commit where others have written since the last one', async () => {
      await remote.fingerprint();
      await served.exec("INSERT INTO t VALUES (7, 'theirs')");
      const outcome = await remote.transact([{ sql: "INSERT INTO t VALUES (8, 'ours')" }]);
      expect(outcome).toEqual({ committed: true, fingerprint: null });
    });

    describe('with a transaction for the case that nothing was written since a mark', () => {
      const insert = [{ sql: "INSERT INTO t VALUES (2, 'ours')" }];
      const since = async (statements: () => typeof insert | null): Promise<unknown> =>
        remote.transactSince((await remote.fingerprint()) ?? '', statements);

      test('commits it, and tells the mark from then on or leaves it to be asked for', async () => {
        const outcome = (await since(() => insert)) as { committed: boolean; fingerprint?: string };
        const { committed, fingerprint = await remote.fingerprint() } = outcome;
        expect({ committed, fingerprint }).toEqual({
          committed: true,
          fingerprint: await remote.fingerprint(),
        });
        expect(await remote.read(countRows)).toBe(2);
      });

      test('asks for no statements where something was written, and where the mark is of something else', async () => {
        const mark = (await remote.fingerprint()) ?? '';
        await served.exec("UPDATE t SET v = 'theirs'");
        const statements = jest.fn(() => insert);
        expect(await remote.transactSince(mark, statements)).toBeNull();
        expect(await remote.transactSince('another', statements)).toBeNull();
        expect(statements).not.toHaveBeenCalled();
        expect(await remote.read(countRows)).toBe(1);
      });

      test('writes nothing where something is written at the last moment', async () => {
        const outcome = await since(() => {
          served.execMeanwhile("INSERT INTO t VALUES (7, 'theirs')");
          return insert;
        });
        expect(outcome).toBeNull();
        expect(await remote.read((query) => query('SELECT id FROM t ORDER BY id'))).toEqual([[1n], [7n]]);
      });

      test('takes it back when a statement fails, and says which', async () => {
        expect(await since(() => [...insert, ...insert])).toMatchObject({ committed: false, failed: 1 });
        expect(await remote.read(countRows)).toBe(1);
        expect(await since(() => null)).toBeNull();
        expect(await remote.transact(insert)).toMatchObject({ committed: true });
      });
    });

    test('commits all statements of a transaction, with every kind of value bound', async () => {
      const values = [null, 9223372036854775807n, 0.1, 'a\0b', '\ufeffbom', new Uint8Array([0, 255])];
      const insert = values.map((value, i) => ({
        sql: 'INSERT INTO t VALUES (?, ?)',
        args: [BigInt(i + 10), value],
      }));
      const outcome = await remote.transact([
        ...insert,
        { sql: 'SELECT count(*) FROM t' },
        { sql: 'DELETE FROM t WHERE id = 1' },
      ]);
      expect(outcome).toMatchObject({ committed: true });
      const rows = await remote.read((query) => query(`SELECT ${exactProjection(['v'])} FROM t ORDER BY id`));
      expect(rows.map((row) => exactRow(row, 'UTF-8')[0])).toEqual(values);
    });

    test('takes back the whole transaction when a statement fails, and says which and why', async () => {
      const outcome = await remote.transact([
        { sql: "INSERT INTO t VALUES (2, 'two')" },
        { sql: "INSERT INTO t VALUES (1, 'again')" },
        { sql: "INSERT INTO t VALUES (3, 'three')" },
      ]);
      expect(outcome).toEqual({
        committed: false,
        failed: 1,
        code: expect.stringMatching(/^SQLITE_CONSTRAINT/) as string,
        message: expect.stringContaining('UNIQUE constraint failed: t.id') as string,
      });
      expect(await remote.read(countRows)).toBe(1);
    });

    test('tells the index of a statement that is no SQL', async () => {
      const outcome = await remote.transact([{ sql: "UPDATE t SET v = 'x'" }, { sql: 'SELEC 1' }]);
      expect(outcome).toMatchObject({ committed: false, failed: 1 });
      expect(await remote.read((query) => query('SELECT v FROM t'))).toEqual([['one']]);
    });

    test('goes on working after a transaction that failed', async () => {
      await remote.transact([{ sql: 'nonsense' }]);
      expect(await remote.transact([{ sql: "INSERT INTO t VALUES (2, 'two')" }])).toMatchObject({
        committed: true,
      });
      await expect(remote.read((query) => query('SELECT nonsense'))).rejects.toMatchObject({
        code: 'REMOTE_FAILED',
        message: expect.stringContaining('nonsense') as string,
      });
      expect(await remote.read(countRows)).toBe(2);
    });

    test('enforces no foreign keys in a transaction: nothing cascades, and children may come first', async () => {
      await served.exec(
        'CREATE TABLE parent(id INTEGER PRIMARY KEY)',
        'CREATE TABLE child(id INTEGER PRIMARY KEY, p REFERENCES parent ON DELETE CASCADE)',
        'INSERT INTO parent VALUES (1)',
        'INSERT INTO child VALUES (1, 1)',
      );
      const outcome = await remote.transact([
        { sql: 'DELETE FROM parent' },
        { sql: 'INSERT INTO child VALUES (2, 2)' },
        { sql: 'INSERT INTO parent VALUES (2)' },
      ]);
      expect(outcome).toMatchObject({ committed: true });
      const children = await remote.read((query) => query('SELECT id FROM child ORDER BY id'));
      expect(children).toEqual([[1n], [2n]]);
    });

    test('waits for another writer to finish', async () => {
      const slow = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 300000)
                    INSERT INTO t SELECT 2, count(*) FROM s`;
      const other = served.execElsewhere('BEGIN IMMEDIATE', 'INSERT INTO t VALUES (3, 3)', slow, 'COMMIT');
      // When it holds the lock is not to be seen from here; either order has to come out right.
      const own: unknown[] = [];
      for (let i = 0; i < 8; i++) {
        own.push(await remote.transact([{ sql: 'INSERT INTO t VALUES (?, 0)', args: [BigInt(100 + i)] }]));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await other;
      expect(own).toMatchObject(Array.from({ length: 8 }, () => ({ committed: true })));
      expect(await remote.read(countRows)).toBe(11);
    });

    test('reads one state of the database while someone else writes', async () => {
      const counts = await remote.read(async (query) => {
        const before = await countRows(query);
        await served.exec('INSERT INTO t VALUES (2, 2)');
        return [before, await countRows(query)];
      });
      expect(counts).toEqual([1, 1]);
      expect(await remote.read(countRows)).toBe(2);
    });

    test('reads what statements would make of the database, and takes them back', async () => {
      const after = [
        { sql: 'ALTER TABLE t ADD COLUMN more DEFAULT 5' },
        { sql: 'INSERT INTO t VALUES (2, ?, 6)', args: [new Uint8Array([1])] },
        { sql: 'SELECT 1' },
      ];
      const sums = await remote.read((query) => query('SELECT sum(more), count(*) FROM t'), { after });
      expect(sums).toEqual([[11n, 2n]]);
      expect(await remote.read((query) => query('SELECT * FROM t'))).toHaveLength(1);
      await expect(remote.read((query) => query('SELECT more FROM t'))).rejects.toThrow('no such column');
      const failing = [
        { sql: 'DELETE FROM t' },
        { sql: 'INSERT INTO missing VALUES (1)' },
        { sql: 'DROP TABLE t' },
      ];
      await expect(remote.read(countRows, { after: failing })).rejects.toThrow('no such table: missing');
      expect(await remote.read(countRows)).toBe(1);
      await expect(remote.transact([{ sql: 'DELETE FROM t' }])).resolves.toMatchObject({ committed: true });
    });

    test('passes on what the work of a reader throws, as it is', async () => {
      const own = Object.assign(new Error('disk full'), { code: 'ENOSPC' });
      await expect(remote.read(() => Promise.reject(own))).rejects.toBe(own);
    });

    test('can be closed twice, and lets go of everything', async () => {
      // A server serves 128 connections at most.
      for (let i = 0; i < 140; i++) {
        const other = served.connect();
        expect(await other.read(countRows)).toBe(1);
        await other.close();
        await other.close();
      }
    });
  });

  test('gives a snapshot that is equal in everything', async () => {
    await withServed(serve, nasty, async (remote) => {
      const file = newFile();
      const progress: SnapshotProgress[] = [];
      const { method } = await remote.snapshot(file, { onProgress: (p) => progress.push(p) });
      expect(method).toBe(name === 'file' ? 'backup' : 'pages');
      expect(compareDatabases(nasty, file, { ignoreApplicationId: false })).toEqual([]);
      expect(['-wal', '-shm', '-journal'].filter((end) => existsSync(file + end))).toEqual([]);
      expect(readValue(file, 'PRAGMA journal_mode')).toBe('delete');
      const total = statSync(file).size;
      expect(progress.at(-1)).toEqual({ done: total, total, unit: 'bytes' });
      const amounts = progress.map((p) => p.done);
      expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
    });
  });

  test('gives an equal snapshot of a database in UTF-16', async () => {
    await withServed(serve, utf16, async (remote) => {
      const file = newFile();
      await remote.snapshot(file);
      expect(compareDatabases(utf16, file, { ignoreApplicationId: false })).toEqual([]);
    });
  });

  test('gives a snapshot of an empty database', async () => {
    await withServed(serve, undefined, async (remote) => {
      const file = newFile();
      await remote.snapshot(file);
      expect(readValue(file, 'SELECT count(*) FROM sqlite_schema')).toBe(0);
    });
  });

  test('gives a snapshot of one moment while someone else goes on writing', async () => {
    await withServed(serve, undefined, async (remote, served) => {
      await served.exec(
        'CREATE TABLE a(v)',
        'CREATE TABLE b(v)',
        `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000)
         INSERT INTO a SELECT zeroblob(3000) FROM s`,
      );
      const state = { isDone: false };
      const writer = (async () => {
        while (!state.isDone) {
          await served.exec('BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); COMMIT');
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })();
      try {
        for (const method of name === 'file' ? [undefined] : (['pages', 'rows'] as const)) {
          const file = newFile();
          await remote.snapshot(file, method === undefined ? {} : { method });
          expect(readValue(file, 'PRAGMA integrity_check')).toBe('ok');
          expect(readValue(file, 'SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM b)')).toBe(3000);
        }
      } finally {
        state.isDone = true;
        await writer;
      }
    });
  });
});

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('a libsql-server', () => {
  const serve = async (database?: string): Promise<Served> =>
    servedBy(await startSqld(database === undefined ? {} : { database }));

  test.each([
    ['UTF-8', nasty],
    ['UTF-16', utf16],
  ])('gives an equal snapshot row by row when asked for it (%s)', async (_, database) => {
    await withServed(serve, database, async (remote) => {
      const file = newFile();
      const progress: SnapshotProgress[] = [];
      const { method } = await remote.snapshot(file, { method: 'rows', onProgress: (p) => progress.push(p) });
      expect(method).toBe('rows');
      expect(compareDatabases(database, file, { ignoreApplicationId: false })).toEqual([]);
      expect(progress.at(-1)).toMatchObject({ unit: 'rows', total: null });
    });
  });

  // A real table of that name hides the virtual one, as it is hidden where a server does not have it.
  test('is copied row by row where it does not serve its pages', async () => {
    const database = newFile();
    buildDatabase(
      database,
      `CREATE TABLE t(v); INSERT INTO t VALUES ('x');
       PRAGMA writable_schema=ON;
       CREATE TABLE hides(x); UPDATE sqlite_schema SET name = 'sqlite_dbpage', tbl_name = 'sqlite_dbpage',
         sql = 'CREATE TABLE sqlite_dbpage(x)' WHERE name = 'hides'`,
    );
    await withServed(serve, database, async (remote) => {
      const file = newFile();
      expect(await remote.snapshot(file)).toMatchObject({ method: 'rows' });
      expect(readValue(file, 'SELECT v FROM t')).toBe('x');
    });
  });

  test('sets aside what only libSQL knows, whichever way it is copied', async () => {
    await withServed(serve, undefined, async (remote, served) => {
      await served.exec(
        'CREATE TABLE v(id INTEGER PRIMARY KEY, e F32_BLOB(3)); CREATE INDEX by_vector ON v(libsql_vector_idx(e))',
        `INSERT INTO v VALUES (1, vector32('[1,2,3]')); CREATE INDEX by_id ON v(id); CREATE INDEX by_text ON v(vector_extract(e))`,
        `CREATE TABLE r(x) RANDOM ROWID; INSERT INTO r VALUES (1), (2); CREATE VIEW w AS SELECT vector_extract(e) FROM v`,
      );
      const [pages, rows] = [newFile(), newFile()];
      const byPages = await remote.snapshot(pages, { method: 'pages' });
      const byRows = await remote.snapshot(rows, { method: 'rows' });
      expect(byPages.setAside.map((o) => o.name)).toEqual(['by_vector', 'by_text', 'r']);
      expect(byRows.setAside).toEqual(byPages.setAside);
      expect(compareDatabases(pages, rows)).toEqual([]);
      expect(readValue(pages, 'PRAGMA integrity_check')).toBe('ok');
      expect(readValue(pages, 'SELECT group_concat(name) FROM sqlite_schema')).toBe('v,by_id,r,w');
      expect(readValue(pages, 'SELECT hex(e) FROM v')).toBe('0000803F0000004000004040');
    });
  });

  test('tells which statement of a transaction it does not allow', async () => {
    await withServed(serve, undefined, async (remote, served) => {
      await served.exec('CREATE TABLE t(v)');
      const outcome = await remote.transact([
        { sql: 'INSERT INTO t VALUES (1)' },
        { sql: 'INSERT INTO later VALUES (?, ?)', args: [1n, 2n] },
        { sql: 'PRAGMA application_id = 1' },
      ]);
      expect(outcome).toMatchObject({ committed: false, failed: 2, code: 'SQL_PARSE_ERROR' });
      expect(await remote.read(countRows)).toBe(0);
    });
  });

  test('is asked again after it did not answer', async () => {
    const server = await startSqld();
    const remote = servedBy(server).connect();
    await server.kill();
    for (const work of [() => remote.read(countRows), () => remote.transact([])])
      await expect(work()).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
    await server.restart();
    expect(await remote.read((query) => query('SELECT 1'))).toEqual([[1n]]);
    await remote.close();
    await server.stop();
  });

  test('is spoken to in an older protocol where it does not know the newer one', async () => {
    const server = await startSqld({ database: nasty });
    const old = createServer((request, response) => {
      if (request.url?.startsWith('/v3') === true) {
        response.writeHead(404).end();
        return;
      }
      const options = { method: request.method, headers: request.headers };
      const onward = httpRequest(new URL(request.url ?? '', server.url), options, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(old, 'listening');
    const remote = connect(parseRemoteUrl(`http://127.0.0.1:${(old.address() as AddressInfo).port}`, ''));
    const file = newFile();
    expect(await remote.snapshot(file)).toMatchObject({ method: 'pages' });
    expect(compareDatabases(nasty, file, { ignoreApplicationId: false })).toEqual([]);
    expect(await remote.transact([{ sql: 'CREATE TABLE made(v)' }])).toMatchObject({ committed: true });
    await remote.close();
    old.close();
    await server.stop();
  });

  test('has other fingerprints after a crash, whatever it holds then', async () => {
    const server = await startSqld();
    const served = servedBy(server);
    const remote = served.connect();
    const before: (string | null)[] = [];
    await served.exec('CREATE TABLE t(v)');
    for (let i = 0; i < 10; i++) {
      await served.exec(`INSERT INTO t VALUES (${i})`);
      before.push(await remote.fingerprint());
    }
    await server.kill();
    await server.restart();
    const again = served.connect();
    for (let i = 0; i < 10; i++) {
      await served.exec(`INSERT INTO t VALUES (${-i})`);
      expect(before).not.toContain(await again.fingerprint());
    }
    await remote.close();
    await again.close();
    await server.stop();
  });
});

describe('a writer that does not let go', () => {
  const insert = [{ sql: 'INSERT INTO t VALUES (2)' }];

  test('of a file: REMOTE_BUSY, and nothing is written', async () => {
    const file = newFile();
    buildDatabase(file, 'CREATE TABLE t(v); INSERT INTO t VALUES (1)');
    const script = `const db = new (require(process.argv[1]))(process.argv[2]);
      db.exec('BEGIN IMMEDIATE'); console.log('held'); setTimeout(() => {}, 60000)`;
    const args = ['-e', script, require.resolve('better-sqlite3'), file];
    const holder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const remote = connect(parseRemoteUrl(`file:${file}`, ''));
    await expect(remote.transact(insert)).rejects.toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
    expect(await remote.read(countRows)).toBe(1);
    holder.kill('SIGKILL');
    await once(holder, 'close');
    expect(await remote.transact(insert)).toMatchObject({ committed: true });
  });

  const testWithSqld = requireTool('sqld') ? test : test.skip;
  testWithSqld(
    'of a server: it is thrown out after a while, and our transaction is carried out',
    async () => {
      const server = await startSqld();
      await servedBy(server).exec('CREATE TABLE t(v)');
      const client = openHttp(server.url);
      const holder = client.openStream();
      await holder.run('BEGIN IMMEDIATE');
      await holder.run('INSERT INTO t VALUES (1)');
      const remote = servedBy(server).connect();
      expect(await remote.transact(insert)).toMatchObject({ committed: true });
      expect(await remote.read((query) => query('SELECT v FROM t'))).toEqual([[2n]]);
      holder.close();
      client.close();
      await remote.close();
      await server.stop();
    },
  );
});

describeWithSqld('a libsql-server that asks for tokens', () => {
  let server: SqldWithAuth;
  beforeAll(async () => {
    server = await startSqld({ auth: true });
    await servedBy(server).exec('CREATE TABLE t(v)', 'INSERT INTO t VALUES (1)');
  });
  afterAll(() => server.stop());

  const attempts: [string, (remote: Remote) => Promise<unknown>][] = [
    ['fingerprint', (remote) => remote.fingerprint()],
    ['snapshot', (remote) => remote.snapshot(newFile())],
    ['read', (remote) => remote.read(countRows)],
    ['transact', (remote) => remote.transact([{ sql: 'DELETE FROM t' }])],
  ];
  const tokens: [string, () => string | undefined][] = [
    ['no', () => undefined],
    ['an expired', () => server.expiredToken],
    ['a wrong', () => `${server.readWriteToken.slice(0, -4)}AAAA`],
    ['a garbage', () => 'not-a-token'],
  ];
  test.each(tokens.flatMap(([kind, token]) => attempts.map(([what, work]) => ({ kind, token, what, work }))))(
    'refuses $what with $kind token',
    async ({ token, work }) => {
      const remote = connect(parseRemoteUrl(server.url, ''), { authToken: token() });
      const error = await work(remote).then(
        () => undefined,
        (e: unknown) => e as TursoSyncError,
      );
      expect(error).toMatchObject({
        code: 'REMOTE_UNAUTHORIZED',
        message: expect.stringContaining('401') as string,
      });
      expect(error?.hint).toContain('token');
      await remote.close();
    },
  );

  test('lets a read-only token read everything and change nothing', async () => {
    const remote = connect(parseRemoteUrl(server.url, ''), { authToken: server.readOnlyToken });
    const file = newFile();
    expect(await remote.fingerprint()).toMatch(/\S/);
    expect(await remote.snapshot(file)).toMatchObject({ method: 'pages' });
    expect(await remote.snapshot(newFile(), { method: 'rows' })).toMatchObject({ method: 'rows' });
    expect(await remote.read(countRows)).toBe(1);
    await expect(remote.transact([{ sql: 'DELETE FROM t' }])).rejects.toMatchObject({
      code: 'REMOTE_READ_ONLY',
      hint: expect.stringContaining('write access') as string,
    });
    expect(await remote.read(countRows)).toBe(1);
    await remote.close();
  });

  test('never sees a token that cannot be sent', async () => {
    for (const token of ['with a line\nbreak', 'with a €']) {
      const remote = connect(parseRemoteUrl(server.url, ''), { authToken: token });
      for (const [, work] of attempts) {
        const error: unknown = await work(remote).catch((e: unknown) => e);
        expect(error).toMatchObject({ code: 'REMOTE_UNAUTHORIZED' });
        expect(JSON.stringify(error)).not.toContain(token);
        expect(inspect(error)).not.toContain(token);
      }
      await remote.close();
    }
  });
});
