import { openReadOnly, using } from '../../src/sqlite/files/open';
import { contentKey } from '../../src/sqlite/schema/content-key';
import { nameReceipt } from '../../src/sqlite/receipt';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

describe.each(ADAPTERS)('limits, over %s', (adapter, serve) => {
  test('tables of many columns are carried', () =>
    play(
      serve,
      {
        base: `${wide('t', 500)} ${wide('w', 999, ', PRIMARY KEY(c0, c1)) WITHOUT ROWID')}
          INSERT INTO t(c0, c499) VALUES(1, 1), (2, 2), (3, 3); INSERT INTO w(c0, c1, c998) VALUES(1, 1, 1), (2, 2, 2), (3, 3, 3)`,
        edit: `UPDATE t SET c499 = 'x', c0 = 0 WHERE c0 = 1; DELETE FROM t WHERE c0 = 2; INSERT INTO t(c250) VALUES(4), (x'00');
          UPDATE w SET c998 = 'x' WHERE c0 = 1; DELETE FROM w WHERE c0 = 2; INSERT INTO w(c0, c1) VALUES(4, 4), (x'00', x'01')`,
      },
      async (scene) => {
        const receipt = nameReceipt();
        for (const _again of [1, 2]) {
          expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
          expect(await scene.differences()).toEqual([]);
        }
        // Without a receipt, the two rows that have no key are added again.
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 8 - 2 });
        expect(await scene.query('SELECT count(*) FROM t')).toEqual([[2n + 2n + 2n]]);
      },
    ));

  test('tables of as many columns as there may be are carried', () =>
    play(
      serve,
      {
        base: `${wide('t', 2000)} ${wide('n', 1500)} ${wide('w', 2000, ', PRIMARY KEY(c0, c1)) WITHOUT ROWID')}
          INSERT INTO t(c0, c1999) VALUES(1, 0.0), (2, 2), (3, 3); INSERT INTO n(c0, c1499) VALUES(1, 1), (2, 2);
          INSERT INTO w(c0, c1, c1999) VALUES(1, 1, 1), (2, 2, 2), ('x', 3, 3)`,
        edit: `UPDATE t SET c1999 = -0.0, c5 = 'x' WHERE c0 = 1; DELETE FROM t WHERE c0 = 2; INSERT INTO t(rowid, c0, c7) VALUES(77, x'00', 1e999);
          UPDATE n SET c1499 = 'x' WHERE c0 = 1; INSERT INTO n(c3) VALUES(CAST(x'ff' AS TEXT)); DELETE FROM n WHERE c0 = 2;
          UPDATE w SET c1999 = 'x' WHERE c0 = 1; DELETE FROM w WHERE c0 = 2; INSERT INTO w(c0, c1) VALUES(4, 4), (x'00', x'01')`,
      },
      async (scene) => {
        const receipt = nameReceipt();
        for (const _again of [1, 2]) {
          expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
          for (const [name, id, columns] of WIDE) {
            const query = `SELECT ${id}, ${contentKey(range(columns))} FROM ${name} ORDER BY 1, 2`;
            const work = using(openReadOnly(scene.work), (db) =>
              db.prepare(query).raw().safeIntegers().all(),
            );
            expect(await scene.query(query)).toEqual(work);
          }
        }
        // Without a receipt, the two rows that have no key are added again.
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 10 - 2 });
        expect(await scene.query('SELECT count(*) FROM t')).toEqual([[2n + 1n + 1n]]);
        await scene.served.edit('UPDATE w SET c3 = 8 WHERE c0 = 1');
        expect(await scene.push()).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ table: 'w', key: { c0: 1n, c1: 1n } }],
        });
      },
    ));

  test('rows of up to the limit of servers are carried, whatever happens to them', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, b, x); CREATE TABLE u(id INTEGER PRIMARY KEY, b UNIQUE);
          INSERT INTO t VALUES(1, zeroblob(4900000), 'a'), (2, NULL, hex(zeroblob(2400000))), (3, zeroblob(2000000), NULL), (4, zeroblob(4900000), 1);
          INSERT INTO u VALUES(1, zeroblob(3000000)), (2, 'small')`,
        edit: `UPDATE t SET x = 'b' WHERE id = 1; UPDATE t SET x = x || '!' WHERE id = 2; UPDATE t SET b = b || x'01' WHERE id = 3;
          DELETE FROM t WHERE id = 4; INSERT INTO t VALUES(5, zeroblob(4990000), 1), (6, replace(hex(zeroblob(800000)), '00', '日'), '');
          UPDATE u SET b = NULL WHERE id = 1; UPDATE u SET b = zeroblob(3000000) WHERE id = 2; UPDATE u SET b = 'small' WHERE id = 1`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 8 });
      },
    ));

  test('a row over the limit that a target tells is refused before anything is sent', () =>
    play(serve, TOO_LARGE, async (scene) => {
      const { remote } = scene.served;
      const target = { ...remote, transact: () => Promise.reject(new Error('sent')), maxRowBytes: 5_000_000 };
      await expect(scene.push({ target })).rejects.toMatchObject({
        code: 'VALUE_TOO_LARGE',
        message: containing(`The row k='it''s' of table "big" holds 5,000,005 bytes`),
      });
    }));

  const refuses = adapter === 'sqld';
  test(
    refuses ? 'a server that refuses a row is told of by its table and key' : 'a file takes larger rows',
    () =>
      play(serve, TOO_LARGE, async (scene) => {
        const before = await scene.bytes();
        if (refuses) {
          await expect(scene.push()).rejects.toMatchObject({
            code: 'VALUE_TOO_LARGE',
            message: containing(`The row k='it''s' of table "big" holds 5,000,005 bytes`),
          });
          expect(await scene.bytes()).toEqual(before);
        } else {
          expect(await scene.push()).toMatchObject({ outcome: 'applied' });
          expect(await scene.differences()).toEqual([]);
        }
      }),
  );

  test('many rows of many shapes take few statements', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, ${list(40, (i) => `v${i}`)});
          ${numbers(3000)} INSERT INTO t(id) SELECT n FROM i`,
        edit: `${list(40, (i) => `UPDATE t SET v${i} = id WHERE id % 41 > ${i} AND id % 2;`, '')} DELETE FROM t WHERE id % 2 = 0`,
      },
      async (scene) => {
        let statements = 0;
        const result = await scene.push({ onSend: (all) => (statements = all.length) });
        expect(result).toMatchObject({ outcome: 'applied' });
        expect(statements).toBeLessThan(50);
        expect(await scene.differences()).toEqual([]);
      },
    ));
});

/** Tables of up to 2,000 columns, what tells their rows apart, and how many columns c0, c1, .. they have. */
const WIDE = [
  ['t', 'rowid', 2000],
  ['n', 'rowid', 1500],
  ['w', 'NULL', 2000],
] as const;

function range(columns: number): string[] {
  return Array.from({ length: columns }, (_, i) => `c${i}`);
}

const TOO_LARGE = {
  base: 'CREATE TABLE big(k TEXT PRIMARY KEY, b) WITHOUT ROWID; CREATE TABLE t(v); INSERT INTO t VALUES(1)',
  edit: `UPDATE t SET v = 2; INSERT INTO big VALUES('fine', zeroblob(1000)), ('it''s', zeroblob(5000001))`,
};

function numbers(count: number): string {
  return `WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i LIMIT ${count})`;
}

function wide(name: string, columns: number, end = ')'): string {
  return `CREATE TABLE ${name}(${list(columns, (i) => `c${i}`)}${end};`;
}

function list(count: number, item: (i: number) => string, separator = ', '): string {
  return Array.from({ length: count }, (_, i) => item(i)).join(separator);
}

function containing(text: string): string {
  return expect.stringContaining(text) as string;
}
