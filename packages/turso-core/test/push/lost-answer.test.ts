import type { Statement } from '../../src/sqlite/statement';
import { hasReceipt } from '../../src/apply/receipt';
import { nameReceipt } from '../../src/sqlite/receipt';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** A change of every sort, and how many rows it touches. */
const STORY = {
  base: `
    CREATE TABLE t(id INTEGER PRIMARY KEY, v, u UNIQUE);
    CREATE TABLE hidden(a, b);
    CREATE TABLE named(k TEXT PRIMARY KEY, v);
    CREATE TABLE w(k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID;
    CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
    CREATE TABLE gone(id INTEGER PRIMARY KEY, v);
    CREATE INDEX gone_v ON gone(v);
    CREATE TABLE gone_empty(v);
    CREATE TABLE log(x);
    CREATE INDEX i_drop ON t(v);
    CREATE INDEX i_change ON t(v);
    CREATE VIEW v_drop AS SELECT 1;
    CREATE VIEW v_change AS SELECT v FROM t;
    CREATE TRIGGER v_change_i INSTEAD OF INSERT ON v_change BEGIN INSERT INTO t(v) VALUES(new.v); END;
    CREATE TRIGGER t_keep AFTER INSERT ON t BEGIN INSERT INTO log VALUES('keep'); END;
    CREATE TRIGGER t_change AFTER INSERT ON t BEGIN INSERT INTO log VALUES('old'); END;
    CREATE TRIGGER t_drop AFTER INSERT ON t BEGIN INSERT INTO log VALUES('drop'); END;
    INSERT INTO t VALUES(1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z');
    INSERT INTO hidden VALUES(1, 1), (1, 1), (2, 2);
    INSERT INTO named VALUES('a', 1), ('b', 2);
    INSERT INTO w VALUES('abc', 1), ('def', 2);
    INSERT INTO counted(v) VALUES('a'), ('b');
    INSERT INTO gone VALUES(1, 'a'), (2, 'b');
    DELETE FROM log;
    PRAGMA user_version = 1`,
  edit: `
    DROP TRIGGER t_drop; DROP TRIGGER t_change;
    UPDATE t SET u = NULL; UPDATE t SET u = 'y' WHERE id = 1; UPDATE t SET u = 'x' WHERE id = 2;
    DELETE FROM t WHERE id = 3; INSERT INTO t VALUES(4, 'd', 'w'); DELETE FROM log;
    DELETE FROM hidden WHERE rowid = 1; INSERT INTO hidden VALUES(2, 2); UPDATE hidden SET b = 3 WHERE rowid = 3;
    UPDATE named SET rowid = rowid + 10;
    UPDATE w SET k = 'ABC' WHERE k = 'abc';
    INSERT INTO counted(v) VALUES('c');
    DROP TABLE gone; DROP TABLE gone_empty;
    DROP INDEX i_drop; DROP INDEX i_change; CREATE INDEX i_change ON t(v DESC); CREATE INDEX i_new ON hidden(a);
    DROP VIEW v_drop; DROP VIEW v_change; CREATE VIEW v_change AS SELECT upper(v) AS v FROM t;
    CREATE TRIGGER v_change_i INSTEAD OF INSERT ON v_change BEGIN INSERT INTO t(v) VALUES(new.v); END;
    CREATE TABLE fresh(k PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO fresh VALUES('a', 1), ('b', 2);
    CREATE TABLE fresh_empty(v);
    CREATE TRIGGER t_change AFTER INSERT ON t BEGIN INSERT INTO log VALUES('new'); END;
    CREATE TRIGGER t_new AFTER INSERT ON t BEGIN INSERT INTO log VALUES('new'); END;
    CREATE TRIGGER fresh_new AFTER INSERT ON fresh BEGIN DELETE FROM fresh; END;
    PRAGMA user_version = 2`,
};
const ROWS = 4 + 3 + 2 + 1 + 1 + 2 + 2;

/** Those of them that have a key, or that were there before: the others are made again without a receipt. */
const KNOWN = ROWS - 1;

describe.each(ADAPTERS)('a push whose answer was lost, over %s', (_, serve) => {
  test('is recognised by its receipt, all of it', () =>
    play(serve, STORY, async (scene) => {
      const receipt = nameReceipt();
      expect(await hasReceipt(scene.served.remote, receipt)).toBe(false);
      for (const _again of [1, 2, 3]) {
        expect(await scene.push({ receipt })).toMatchObject({
          outcome: 'applied',
          alreadyThere: 0,
          attempts: 1,
        });
        expect(await hasReceipt(scene.served.remote, receipt)).toBe(true);
        expect(await scene.differences()).toEqual([]);
      }
    }));

  test('is recognised without a receipt by its keys', () =>
    play(serve, STORY, async (scene) => {
      await scene.push();
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: KNOWN, attempts: 2 });
      expect(await scene.query('SELECT count(*) FROM hidden')).toEqual([[4n]]);
    }));

  test('leaves no receipt where it is in conflict', () =>
    play(serve, { ...STORY, remote: `UPDATE t SET v = 'theirs' WHERE id = 1` }, async (scene) => {
      const receipt = nameReceipt();
      expect(await scene.push({ receipt })).toMatchObject({ outcome: 'conflict' });
      expect(await hasReceipt(scene.served.remote, receipt)).toBe(false);
    }));

  test.each([
    ['a change of every sort', STORY],
    ['rows without a key', { base: 'CREATE TABLE log(x)', edit: 'INSERT INTO log VALUES (1), (1)' }],
    [
      'rows without an address',
      { base: 'CREATE TABLE bag(rowid, oid, _rowid_)', edit: 'INSERT INTO bag VALUES (1, 1, 1)' },
    ],
    ['a deleted row', { base: 'CREATE TABLE t(x); INSERT INTO t VALUES (1)', edit: 'DELETE FROM t' }],
  ])('is carried out once where its request arrives after the next one: %s', (_what, story) =>
    play(serve, story, async (scene) => {
      const sent: (readonly Statement[])[] = [];
      const early = scene.push({
        target: { ...scene.served.remote, transact: () => Promise.reject(new Error('lost')) },
        onSend: (statements) => void sent.push(statements),
      });
      await expect(early).rejects.toThrow('lost');
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      const late = await scene.served.remote.transact(sent[0] ?? []);
      expect(late).toMatchObject({ committed: false });
      expect(await scene.differences()).toEqual([]);
    }),
  );

  test('leaves alone what others wrote afterwards elsewhere', () =>
    play(serve, STORY, async (scene) => {
      await scene.push();
      await scene.served.edit(
        `INSERT INTO w VALUES('theirs', 1); UPDATE counted SET v = 'theirs' WHERE id = 1`,
      );
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: KNOWN });
      expect(await scene.query(`SELECT * FROM w WHERE k = 'theirs'`)).toEqual([['theirs', 1n]]);
      expect(await scene.query(`SELECT v FROM counted WHERE id = 1`)).toEqual([['theirs']]);
    }));

  test('is a conflict where others changed a pushed row afterwards', () =>
    play(serve, STORY, async (scene) => {
      await scene.push();
      await scene.served.edit(`UPDATE counted SET v = 'theirs' WHERE id = 3`);
      const before = await scene.bytes();
      expect(await scene.push()).toEqual({
        outcome: 'conflict',
        conflicts: [
          expect.objectContaining({
            kind: 'insert/insert',
            table: 'counted',
            key: { id: 3n },
            local: { id: 3n, v: 'c' },
            remote: { id: 3n, v: 'theirs' },
          }),
        ],
      });
      expect(await scene.bytes()).toEqual(before);
    }));

  test('only does what others have not done already', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES(1, 'a'), (2, 'b'), (3, 'c')`,
        edit: `UPDATE t SET v = 'B' WHERE id = 2; DELETE FROM t WHERE id = 3; INSERT INTO t VALUES(4, 'd'), (5, 'e');
               CREATE TABLE both(x); CREATE INDEX t_v ON t(v)`,
        remote: `UPDATE t SET v = 'B' WHERE id = 2; INSERT INTO t VALUES(4, 'd'); CREATE TABLE both(x)`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 2, attempts: 2 });
        expect(await scene.differences()).toEqual([]);
      },
    ));
});

test.each(ADAPTERS)(
  'rows that both sides appended under the same hidden rowid all stay, over %s',
  (_, serve) =>
    play(
      serve,
      {
        base: `CREATE TABLE log(at, what); INSERT INTO log VALUES(1, 'first')`,
        edit: `INSERT INTO log VALUES(2, 'mine'), (3, 'same'), (4, 'mine too')`,
        remote: `INSERT INTO log VALUES(2, 'theirs'), (3, 'same')`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 0, attempts: 2 });
        expect(await scene.query('SELECT rowid, * FROM log ORDER BY rowid')).toEqual([
          [1n, 1n, 'first'],
          [2n, 2n, 'theirs'],
          [3n, 3n, 'same'],
          [4n, 4n, 'mine too'],
          [5n, 2n, 'mine'],
          [6n, 3n, 'same'],
        ]);
      },
    ),
);

test.each(ADAPTERS)('a key that one row has taken over from another is found there, over %s', (_, serve) =>
  play(
    serve,
    {
      base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('a', 1), ('b', 2)`,
      edit: `DELETE FROM t WHERE k = 'a'; UPDATE t SET k = 'a' WHERE k = 'b'`,
    },
    async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 0 });
      expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: 2 });
      expect(await scene.differences()).toEqual([]);
    },
  ),
);
