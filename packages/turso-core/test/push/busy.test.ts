import { requireTool } from '@turso-sync/testing';
import { remoteCheck } from '../../src/checks/remote-checks';
import { play } from './scene.fixture';
import { serveSqld } from './served.fixture';

/** What a server has to do for each row, some milliseconds of work. */
const WORK = 'length(hex(zeroblob(2000000 + a)))';

/** How long it shall take, in milliseconds: others are let in after 5 seconds. */
const TOO_LONG = 20_000;

const rows = (count: number, from = 2): string =>
  `WITH RECURSIVE i(id, a) AS (SELECT ${from}, 0 UNION ALL SELECT id + 1, 0 FROM i LIMIT ${count})`;

(requireTool('sqld') ? describe : describe.skip)('a push that takes the server too long', () => {
  test('is thrown out for another writer who has waited, says so, and has written nothing', () =>
    play(
      serveSqld,
      {
        base: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE o(x); INSERT INTO t VALUES (1, 1)',
        edit: `CREATE TABLE n(id INTEGER PRIMARY KEY, a CHECK (${WORK} > a)); INSERT INTO n SELECT * FROM t;
          DROP TABLE t; ALTER TABLE n RENAME TO t; UPDATE t SET a = 2`,
      },
      async (scene) => {
        const { served } = scene;
        const measured: number[] = [];
        for (let i = 0; i < 8; i += 1) {
          const started = performance.now();
          await served.remote.read((ask) => ask(`${rows(100)} SELECT max(${WORK}) FROM i`));
          measured.push(performance.now() - started);
        }
        // By the fastest: the machine may be busy now and idle when it matters.
        const count = Math.ceil((100 * TOO_LONG) / Math.min(...measured));
        await served.edit(`${rows(count)} INSERT INTO t SELECT * FROM i`);

        let other: Promise<void> | undefined;
        const write = (): unknown => (other = served.edit('INSERT INTO o VALUES (1)'));
        await expect(scene.push({ onSend: () => void setTimeout(write, 500) })).rejects.toMatchObject({
          code: 'REMOTE_BUSY',
          retryable: true,
          hint: expect.stringContaining('5 seconds') as string,
        });
        await other;
        const after = await scene.query('SELECT (SELECT count(*) FROM o), (SELECT a FROM t WHERE id = 1)');
        expect(after).toEqual([[1n, 1n]]);
      },
    ));

  test('so too if its checks are what takes long, which the hint says', () =>
    play(
      serveSqld,
      {
        base: 'CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE o(x)',
        edit: 'INSERT INTO t VALUES (1, 1)',
      },
      async (scene) => {
        const { served } = scene;
        const count = (to: string): string =>
          `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n WHERE i < 0`;
        const measured: number[] = [];
        for (let i = 0; i < 8; i += 1) {
          const started = performance.now();
          await served.remote.read((ask) => ask(count('300000')));
          measured.push(performance.now() - started);
        }
        const sql = count(String(Math.ceil((300_000 * TOO_LONG) / 2 / Math.min(...measured))));
        let other: Promise<void> | undefined;
        const write = (): unknown => (other = served.edit('INSERT INTO o VALUES (1)'));
        const push = scene.pushChecked({
          checks: [remoteCheck({ name: 'slow.sql', sql }).statement],
          onSend: () => void setTimeout(write, 500),
        });
        await expect(push).rejects.toMatchObject({
          code: 'REMOTE_BUSY',
          hint: expect.stringContaining('The checks on the remote are part of it') as string,
        });
        await other;
        const after = await scene.query('SELECT (SELECT count(*) FROM o), (SELECT count(*) FROM t)');
        expect(after).toEqual([[1n, 0n]]);
      },
    ));
});
