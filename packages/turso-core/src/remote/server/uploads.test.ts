import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  execOn,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { RowBatcher } from '../../apply/statements/row-batcher';
import { jsonRows, onRows } from '../../apply/statements/row-source';
import { readSchema } from '../../sqlite/schema/schema';
import { UPLOAD_PREFIX } from '../../sqlite/upload-prefix';
import type { Statement } from '../../sqlite/statement';
import { readValues } from '../../sqlite/stored-values';
import { connect } from '../connect';
import type { Remote } from '../remote';
import { parseRemoteUrl } from '../url';

/** Number of statements with 1,000 rows of 1,000 characters each, as in a large push. */
const STATEMENTS = 40;

(requireTool('sqld') ? describe : describe.skip)('a transaction of more than one request', () => {
  let server: Sqld;
  let remote: Remote;
  let dir: string;
  beforeAll(async () => {
    dir = makeTempDir('staging-');
    server = await startSqld();
    remote = open();
  });
  afterAll(async () => {
    await remote.close();
    await server.stop();
    removeTempDir(dir);
  });
  beforeEach(() =>
    execOn(server, ['DROP TABLE IF EXISTS t', 'CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)']),
  );

  const open = (): Remote => connect(parseRemoteUrl(server.url, ''));
  const query = async (sql: string): Promise<unknown> => (await queryOn(server, sql))[0]?.[0];
  const stagingTables = (): Promise<unknown> =>
    query(`SELECT count(*) FROM sqlite_schema WHERE name GLOB '${UPLOAD_PREFIX}*'`);

  function inserts(): Statement[] {
    const text = 'x'.repeat(1_000);
    return Array.from({ length: STATEMENTS }, (_, i) => {
      const rows = Array.from({ length: 1_000 }, (_, j) => `[${i * 1_000 + j},"${text}"]`);
      return onRows(
        jsonRows(2, { text: rows.join(','), count: rows.length, blobs: null }),
        'INSERT INTO t SELECT * FROM r',
      );
    });
  }

  test('is carried out as a whole, and leaves nothing else behind', async () => {
    expect(await remote.transact(inserts())).toMatchObject({ committed: true });
    expect(await query('SELECT count(*) FROM t WHERE length(v) = 1000')).toBe(40_000n);
    expect(await stagingTables()).toBe(0n);
  });

  test('takes BLOBs along, and tells of each statement once', async () => {
    await execOn(server, ['DROP TABLE t', 'CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB)']);
    const statements: Statement[] = [];
    const batcher = new RowBatcher(3, (rows) =>
      statements.push(onRows(rows, 'INSERT INTO t SELECT * FROM r')),
    );
    const blob = (i: number): Uint8Array => Buffer.alloc(i % 700, i % 256);
    for (let i = 0; i < 40_000; i++) batcher.add([BigInt(i), 'x'.repeat(1_000), blob(i)]);
    batcher.flush();
    const sent: number[] = [];
    expect(await remote.transact(statements, { onSent: (i) => sent.push(i) })).toMatchObject({
      committed: true,
    });
    expect(sent).toEqual([...statements.keys()]);
    const wrong = `length(v) <> 1000 OR typeof(w) <> 'blob' OR length(w) <> id % 700 OR
      hex(substr(w, 1, 1)) <> iif(id % 700 = 0, '', printf('%02X', id % 256))`;
    expect(await query(`SELECT count(*) FROM t WHERE ${wrong}`)).toBe(0n);
    expect(await query('SELECT count(*) FROM t')).toBe(40_000n);
    expect(await stagingTables()).toBe(0n);
  });

  test('is not carried out at all where a statement fails, which it names', async () => {
    const statements = inserts();
    statements.splice(20, 0, { sql: "SELECT json('x')" });
    expect(await remote.transact(statements)).toMatchObject({ committed: false, failed: 20 });
    expect(await query('SELECT count(*) FROM t')).toBe(0n);
    expect(await stagingTables()).toBe(0n);
  });

  describe('after a look', () => {
    test('is uploaded while others write, and carried out as the last look has it', async () => {
      const looks: unknown[] = [];
      const outcome = await remote.transactAfter?.(async (query) => {
        looks.push((await query('SELECT count(*) FROM t'))[0]?.[0]);
        looks.push(await stagingTables());
        const other = { sql: 'INSERT INTO t SELECT 100000 + count(*), NULL FROM t' };
        return looks.length === 2 ? inserts() : [...inserts().slice(0, -1), other];
      });
      expect(outcome).toEqual({ committed: true });
      expect(looks).toEqual([0n, 0n, 0n, 1n]);
      expect(await query('SELECT count(*) FROM t')).toBe(39_001n);
      expect(await stagingTables()).toBe(0n);
    });

    test('is not carried out at all where a statement fails, or there is nothing to do any more', async () => {
      const failing = [...inserts(), { sql: "SELECT json('x')" }];
      expect(await remote.transactAfter?.(() => Promise.resolve(failing))).toMatchObject({
        committed: false,
        failed: STATEMENTS,
      });
      let looks = 0;
      expect(await remote.transactAfter?.(async () => (looks++ === 0 ? inserts() : null))).toBeNull();
      expect(await query('SELECT count(*) FROM t')).toBe(0n);
      expect(await stagingTables()).toBe(0n);
    });

    test('leaves no upload behind if a later look needs none of it', async () => {
      let looks = 0;
      const one: Statement[] = [{ sql: "INSERT INTO t VALUES (1, 'one')" }];
      expect(await remote.transactAfter?.(async () => (looks++ === 0 ? inserts() : one))).toEqual({
        committed: true,
      });
      expect(looks).toBe(2);
      expect(await query('SELECT count(*) FROM t')).toBe(1n);
      expect(await stagingTables()).toBe(0n);
    });

    test('is given up where it is another one at each look', async () => {
      let looks = 0;
      const write = remote.transactAfter?.(async () => {
        looks++;
        return inserts().map((statement) => ({
          ...statement,
          args: [`${readValues(statement.args ?? [])[0] as string}${' '.repeat(looks)}`],
        }));
      });
      await expect(write).rejects.toMatchObject({ code: 'REMOTE_BUSY', retryable: true });
      expect(await query('SELECT count(*) FROM t')).toBe(0n);
      expect(await stagingTables()).toBe(0n);
    });
  });

  /** Leaves an upload of this age in seconds behind, like a killed push. */
  async function leave(name: string, age: number): Promise<void> {
    await execOn(server, [
      `CREATE TABLE ${UPLOAD_PREFIX}${name}(id INTEGER PRIMARY KEY, value TEXT)`,
      `INSERT INTO ${UPLOAD_PREFIX}${name} VALUES (-1, '${name}'), (-2, strftime('%s', 'now') - ${age}), (0, '[]')`,
    ]);
  }

  test.each<[string, () => Promise<unknown> | undefined, bigint]>([
    ['uploads', () => remote.transact(inserts()), 40_000n],
    ['sends everything at once', () => remote.transact(inserts().slice(0, 2)), 2_000n],
    ['looks first', () => remote.transactAfter?.(async () => Promise.resolve(inserts().slice(0, 2))), 2_000n],
  ])('that %s goes on once the database is unlocked', async (_, transact, rows) => {
    const holder = new Database(join(server.dir, 'dbs/default/data'));
    try {
      holder.exec('BEGIN IMMEDIATE');
      const outcome = transact();
      await sleep(3_000);
      holder.exec('ROLLBACK');
      expect(await outcome).toMatchObject({ committed: true });
    } finally {
      holder.close();
    }
    expect(await query('SELECT count(*) FROM t')).toBe(rows);
    expect(await stagingTables()).toBe(0n);
  });

  test('is not seen by snapshots, whoever uploads', async () => {
    await leave('of_another', 0);
    await execOn(server, [`CREATE TABLE ${UPLOAD_PREFIX}of_version_0_1(id INTEGER PRIMARY KEY, value TEXT)`]);
    for (const method of ['pages', 'rows'] as const) {
      const file = join(dir, `${method}.db`);
      await remote.snapshot(file, { method });
      const db = new Database(file, { readonly: true });
      expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['t']);
      expect([...readSchema(db).tables.keys()]).toEqual(['t']);
      db.close();
    }
    await remote.clear('of_another');
    await remote.clear('of_version_0_1');
    expect(await stagingTables()).toBe(0n);
  });

  test('two at once have tables of their own, and both are carried out', async () => {
    const other = open();
    expect(other.upload).not.toBe(remote.upload);
    const moved = inserts().map((statement) => ({
      ...statement,
      args: [(readValues(statement.args ?? [])[0] as string).replace(/\[(\d+),/g, '[1$1,')],
    }));
    const outcomes = await Promise.all([remote.transact(inserts()), other.transact(moved.slice(10))]);
    await other.close();
    expect(outcomes).toMatchObject([{ committed: true }, { committed: true }]);
    expect(await query('SELECT count(*) FROM t')).toBe(70_000n);
    expect(await stagingTables()).toBe(0n);
  });

  // The last look is at the state that others have left, and only there a test is sure to come after the upload.
  test.each([
    ['removed', (table: string) => `DROP TABLE ${table}`],
    ['emptied in part', (table: string) => `DELETE FROM ${table} WHERE id = 0`],
    ["replaced by another push's", (table: string) => `UPDATE ${table} SET value = 'other' WHERE id = -1`],
  ])('is not carried out when what was uploaded is %s', async (_, spoil) => {
    let looks = 0;
    const outcome = remote.transactAfter?.(async (query) => {
      if (looks++ === 1) await query(spoil(`${UPLOAD_PREFIX}${String(remote.upload)}`));
      return inserts();
    });
    await expect(outcome).rejects.toMatchObject({ code: 'REMOTE_BUSY' });
    expect(looks).toBe(2);
    expect(await query('SELECT count(*) FROM t')).toBe(0n);
    expect(await stagingTables()).toBe(0n);
  });

  describe('that was cut off', () => {
    test('is removed by its name', async () => {
      await leave('dead', 0);
      await leave('other', 0);
      await remote.clear('dead');
      expect(await stagingTables()).toBe(1n);
      await remote.clear('other');
    });

    test('is removed by anyone once it is long dead, and no other is', async () => {
      await leave('long_dead', 4_000);
      await leave('at_work', 100);
      await execOn(server, [
        `CREATE TABLE ${UPLOAD_PREFIX}of_version_0_1(id INTEGER PRIMARY KEY, value TEXT)`,
        `CREATE TABLE ${UPLOAD_PREFIX}of_somebody(v)`,
      ]);
      const other = open();
      await other.fingerprint();
      const made = { sql: 'CREATE TABLE IF NOT EXISTS t(v)' };
      expect(await other.tidy([made])).toEqual({ committed: true, fingerprint: null });
      await other.close();
      const left = await queryOn(
        server,
        `SELECT name FROM sqlite_schema WHERE name GLOB '${UPLOAD_PREFIX}*' ORDER BY 1`,
      );
      expect(left).toEqual([[`${UPLOAD_PREFIX}at_work`], [`${UPLOAD_PREFIX}of_somebody`]]);
      await remote.clear('at_work');
      await remote.clear('of_somebody');
    });
  });
});
