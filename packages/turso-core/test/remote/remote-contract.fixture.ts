import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, makeTempDir } from '@turso-sync/testing';
import type { Query } from '../../src/sqlite/query';
import type { Remote, SnapshotProgress } from '../../src/remote/remote';
import { exactProjection, exactRow } from '../../src/sqlite/values/exact-projection';
import { readValue, type Adapter, type Served } from '../fixtures/adapters.fixture';
import { buildNastyDatabase } from '../fixtures/nasty-database.fixture';

const dir = makeTempDir();
/** A database of everything that is easily lost. */
export const nasty = path.join(dir, 'nasty.db');
/** The same in UTF-16. */
export const utf16 = path.join(dir, 'utf16.db');
let files = 0;
/** Another path each time. */
export const newFile = (): string => path.join(dir, `snapshot-${files++}.db`);

let isBuilt = false;

/** Builds {@link nasty} and {@link utf16}, once. */
export function buildBoth(): void {
  if (isBuilt) return;
  isBuilt = true;
  buildNastyDatabase(nasty);
  buildNastyDatabase(utf16, 'UTF-16le');
}

/** Serves a database for one piece of work. */
export async function withServed<T>(
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

/** The rows of the table `t`. */
export async function countRows(query: Query): Promise<number> {
  return Number((await query('SELECT count(*) FROM t'))[0]?.[0]);
}

/** What every remote does, tried through one adapter. */
export function describeRemote({ name, serve, marks = true, method: ofSnapshots = 'pages' }: Adapter): void {
  describe(`a remote behind ${name}`, () => {
    beforeAll(buildBoth);

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

      if (marks) describeMarks(() => ({ served, remote }));
      else
        test('tells no mark, and leaves a transaction since one undone', async () => {
          expect(await remote.fingerprint()).toBeNull();
          const statements = jest.fn(() => null);
          expect(await remote.transactSince('any', statements)).toBeNull();
          expect(statements).not.toHaveBeenCalled();
          expect(await remote.transact([{ sql: 'DELETE FROM t' }])).toMatchObject({ committed: true });
          expect(await remote.fingerprint()).toBeNull();
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
        const rows = await remote.read((query) =>
          query(`SELECT ${exactProjection(['v'])} FROM t ORDER BY id`),
        );
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
        expect(method).toBe(ofSnapshots);
        expect(compareDatabases(nasty, file, { ignoreApplicationId: false })).toEqual([]);
        expect(['-wal', '-shm', '-journal'].filter((end) => existsSync(file + end))).toEqual([]);
        expect(readValue(file, 'PRAGMA journal_mode')).toBe('delete');
        const total = statSync(file).size;
        expect(progress.at(-1)).toMatchObject(
          ofSnapshots === 'rows' ? { total: null, unit: 'rows' } : { done: total, total, unit: 'bytes' },
        );
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
          for (const method of ofSnapshots === 'pages' ? (['pages', 'rows'] as const) : [undefined]) {
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
}

function describeMarks(at: () => { readonly served: Served; readonly remote: Remote }): void {
  test('has the same fingerprint for everyone as long as nothing is written', async () => {
    const first = await at().remote.fingerprint();
    expect(first).toMatch(/\S/);
    await at().remote.read(countRows);
    await at().remote.snapshot(newFile());
    expect(await at().remote.fingerprint()).toBe(first);
    const other = at().served.connect();
    expect(await other.fingerprint()).toBe(first);
    await other.close();
  });

  test('has another fingerprint after each committed write, and not after one that was rolled back', async () => {
    const seen = [await at().remote.fingerprint()];
    const writes = ["UPDATE t SET v = 'two'", 'CREATE TABLE u(v)', 'DROP TABLE u', 'PRAGMA user_version = 3'];
    for (const write of writes) {
      await at().served.exec(write);
      seen.push(await at().remote.fingerprint());
    }
    expect(new Set(seen).size).toBe(writes.length + 1);
    await at().served.exec("BEGIN; UPDATE t SET v = 'three'; ROLLBACK");
    expect(await at().remote.fingerprint()).toBe(seen.at(-1));
    await at().remote.transact([{ sql: 'DELETE FROM t' }, { sql: 'SELECT json(1, 2)' }]);
    expect(await at().remote.fingerprint()).toBe(seen.at(-1));
  });

  test('tells with a commit the mark that it has from then on, or leaves it to be asked for', async () => {
    await at().remote.fingerprint();
    const outcome = await at().remote.transact([{ sql: 'DELETE FROM t' }]);
    const { fingerprint = await at().remote.fingerprint() } = outcome as { fingerprint?: string };
    expect(fingerprint).toBe(await at().remote.fingerprint());
  });

  test('tells no mark with a commit where others have written since the last one', async () => {
    await at().remote.fingerprint();
    await at().served.exec("INSERT INTO t VALUES (7, 'theirs')");
    const outcome = await at().remote.transact([{ sql: "INSERT INTO t VALUES (8, 'ours')" }]);
    expect(outcome).toEqual({ committed: true, fingerprint: null });
  });

  describe('with a transaction for the case that nothing was written since a mark', () => {
    const insert = [{ sql: "INSERT INTO t VALUES (2, 'ours')" }];
    const since = async (statements: () => typeof insert | null): Promise<unknown> =>
      at().remote.transactSince((await at().remote.fingerprint()) ?? '', statements);

    test('commits it, and tells the mark from then on or leaves it to be asked for', async () => {
      const outcome = (await since(() => insert)) as { committed: boolean; fingerprint?: string };
      const { committed, fingerprint = await at().remote.fingerprint() } = outcome;
      expect({ committed, fingerprint }).toEqual({
        committed: true,
        fingerprint: await at().remote.fingerprint(),
      });
      expect(await at().remote.read(countRows)).toBe(2);
    });

    test('asks for no statements where something was written, and where the mark is of something else', async () => {
      const mark = (await at().remote.fingerprint()) ?? '';
      await at().served.exec("UPDATE t SET v = 'theirs'");
      const statements = jest.fn(() => insert);
      expect(await at().remote.transactSince(mark, statements)).toBeNull();
      expect(await at().remote.transactSince('another', statements)).toBeNull();
      expect(statements).not.toHaveBeenCalled();
      expect(await at().remote.read(countRows)).toBe(1);
    });

    test('writes nothing where something is written at the last moment', async () => {
      const outcome = await since(() => {
        at().served.execMeanwhile("INSERT INTO t VALUES (7, 'theirs')");
        return insert;
      });
      expect(outcome).toBeNull();
      expect(await at().remote.read((query) => query('SELECT id FROM t ORDER BY id'))).toEqual([[1n], [7n]]);
    });

    test('takes it back when a statement fails, and says which', async () => {
      expect(await since(() => [...insert, ...insert])).toMatchObject({ committed: false, failed: 1 });
      expect(await at().remote.read(countRows)).toBe(1);
      expect(await since(() => null)).toBeNull();
      expect(await at().remote.transact(insert)).toMatchObject({ committed: true });
    });
  });
}
