import type { Statement } from '../../src/sqlite/statement';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { editDatabase, makeTempDir, removeTempDir } from '@turso-sync/testing';
import { withDiff } from '../../src/changeset/diff';
import { summarize } from '../../src/changeset/summary';
import { apply } from '../../src/apply/apply';
import { nameReceipt } from '../../src/sqlite/receipt';
import { play, type Scene } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const NUMBERS = 'WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 1200)';

/** Tables that VACUUM numbers anew, with gaps, and rows of which several are equal. */
const GAPS = `
  CREATE TABLE log(what, n); ${NUMBERS} INSERT INTO log SELECT 'row ' || (n / 3), n % 2 FROM i; DELETE FROM log WHERE rowid % 5 = 0;
  CREATE TABLE other(v); INSERT INTO other VALUES(1)`;

/** What a push of these rows would carry. */
async function carried(base: string, work: string): Promise<unknown> {
  return withDiff(base, work, (changeset) => summarize(changeset).total);
}

let dir: string;
beforeEach(() => (dir = makeTempDir('rowids-')));
afterEach(() => {
  removeTempDir(dir);
});

/** Pushes what a working copy has, then what it is edited to next. */
async function pushTwice(scene: Scene, next: string, receipt = nameReceipt()): Promise<void> {
  expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied' });
  const [base, work] = [join(dir, 'base.db'), join(dir, 'work.db')];
  copyFileSync(scene.work, base);
  copyFileSync(scene.work, work);
  editDatabase(work, next);
  const result = await withDiff(base, work, (changeset) => apply(changeset, scene.served.remote));
  expect(result).toMatchObject({ outcome: 'applied', resolved: [] });
}

describe.each(ADAPTERS)('hidden rowids, over %s', (_, serve) => {
  test('that VACUUM has renumbered are no change, and rows are found under those of the remote', () =>
    play(
      serve,
      {
        base: GAPS,
        edit: `DELETE FROM log WHERE rowid IN (7, 8, 601); VACUUM; UPDATE log SET n = 'ours' WHERE rowid = 300;
          INSERT INTO log VALUES('new', 1), ('row 1', 1); UPDATE other SET v = 2`,
      },
      async (scene) => {
        const receipt = nameReceipt();
        const before = (await scene.query('SELECT rowid FROM log')).length;
        expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
        const sorted = 'SELECT what, n FROM log ORDER BY what, n';
        expect((await scene.query('SELECT rowid FROM log')).length).toBe(before - 3 + 2);
        const [ours, theirs] = [join(dir, 'ours.db'), join(dir, 'theirs.db')];
        copyFileSync(scene.work, ours);
        await scene.served.download(theirs);
        expect(await carried(theirs, ours)).toEqual({ delete: 0, update: 0, insert: 0 });
        const rows = await scene.query(sorted);

        // The next base has the new numbers, and the remote has its own.
        await pushTwice(
          scene,
          `DELETE FROM log WHERE rowid IN (5, 900); UPDATE log SET n = 'again' WHERE rowid = 700`,
          receipt,
        );
        const after = await scene.query(sorted);
        expect(after).toHaveLength(rows.length - 2);
        expect(after.filter(([, n]) => n === 'again')).toHaveLength(1);
        expect(after.filter(([, n]) => n === 'ours')).toHaveLength(1);
      },
    ));

  test('that a restored dump has renumbered are none where a key says which row it is', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(k TEXT PRIMARY KEY, v); ${NUMBERS} INSERT INTO t SELECT 'key ' || n, n FROM i; DELETE FROM t WHERE rowid % 3 = 0`,
        edit: `CREATE TABLE c AS SELECT * FROM t; DELETE FROM t; INSERT INTO t SELECT * FROM c; DROP TABLE c;
          UPDATE t SET v = 'ours' WHERE k = 'key 700'; DELETE FROM t WHERE k = 'key 2'; INSERT INTO t VALUES('new', 1)`,
      },
      async (scene) => {
        let rows = 0;
        const onSend = (statements: readonly Statement[]): unknown =>
          (rows = statements.reduce((sum, { carries }) => sum + (carries?.rows ?? 0), 0));
        expect(await scene.push({ onSend })).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(rows).toBe(3);
        await pushTwice(
          scene,
          `UPDATE t SET v = 'again' WHERE k = 'key 700'; DELETE FROM t WHERE k = 'key 4'`,
        );
        expect(await scene.query(`SELECT v FROM t WHERE k IN ('key 700', 'key 4', 'key 2')`)).toEqual([
          ['again'],
        ]);
      },
    ));

  test('that were changed on purpose are carried', () =>
    play(
      serve,
      {
        base: `CREATE TABLE t(v); INSERT INTO t VALUES('a'), ('b'), ('c'); CREATE TABLE s(v); ${NUMBERS} INSERT INTO s SELECT n FROM i`,
        edit: 'UPDATE t SET rowid = 9 WHERE rowid = 1; UPDATE s SET rowid = -rowid',
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
      },
    ));

  test('that both sides gave out do not make later changes of the row a conflict', () =>
    play(
      serve,
      {
        base: `CREATE TABLE log(what); INSERT INTO log VALUES('first')`,
        edit: `INSERT INTO log VALUES('ours'), ('ours too'), ('ours three')`,
        remote: `INSERT INTO log VALUES('theirs'), ('theirs too')`,
      },
      async (scene) => {
        await pushTwice(
          scene,
          `UPDATE log SET what = 'changed' WHERE what = 'ours'; DELETE FROM log WHERE what = 'ours too'`,
        );
        expect((await scene.query('SELECT what FROM log')).flat().sort()).toEqual(
          ['changed', 'first', 'ours three', 'theirs', 'theirs too'].sort(),
        );
      },
    ));

  test('that can be trusted tell a row that is gone from an equal one of others', () =>
    play(
      serve,
      {
        base: `CREATE TABLE log(what); INSERT INTO log VALUES('visit'), ('last')`,
        edit: 'DELETE FROM log WHERE rowid = 1',
        remote: `DELETE FROM log WHERE rowid = 1; INSERT INTO log VALUES('visit')`,
      },
      async (scene) => {
        expect(await scene.push({ movedRowids: new Set() })).toMatchObject({
          outcome: 'applied',
          alreadyThere: 1,
        });
        expect((await scene.query('SELECT what FROM log')).flat().sort()).toEqual(['last', 'visit']);
      },
    ));

  test('of equal rows lead to as many as were meant', () =>
    play(
      serve,
      {
        base: `CREATE TABLE log(what); INSERT INTO log VALUES('same'), ('same'), ('same'), ('last')`,
        edit: `DELETE FROM log WHERE rowid IN (2, 3)`,
        remote: `DELETE FROM log WHERE rowid = 2; INSERT INTO log VALUES('same')`,
      },
      async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied' });
        expect((await scene.query('SELECT what FROM log')).flat().sort()).toEqual(['last', 'same']);
      },
    ));
});
