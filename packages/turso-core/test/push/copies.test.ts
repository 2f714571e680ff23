import { nameReceipt } from '../../src/sqlite/receipt';
import { play, type Story } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** Rows of these tables have no address: their own columns take every name of the rowid. */
const BASE = `
  CREATE TABLE t(rowid, oid, _rowid_);
  CREATE TABLE u(rowid TEXT COLLATE NOCASE, oid INTEGER UNIQUE, _rowid_ REAL, double AS (oid * 2));
  INSERT INTO t VALUES(1, 'a', NULL), (1, 'a', NULL), (1, 'a', NULL), (1.0, 'a', NULL), (2, CAST(x'ff' AS TEXT), x'ff'), (0.0, -0.0, 0.1 + 0.2);
  INSERT INTO u VALUES('a', 1, 1), ('A', 2, 1), ('b', 3, 2);`;

const CARRIED: readonly (Partial<Story> & { what: string })[] = [
  {
    what: 'one copy of several that goes',
    edit: `DELETE FROM t WHERE rowid = 1; INSERT INTO t VALUES(1, 'a', NULL), (1, 'a', NULL), (1.0, 'a', NULL)`,
  },
  {
    what: 'copies that come',
    edit: `INSERT INTO t SELECT * FROM t; INSERT INTO t VALUES(NULL, NULL, NULL), (NULL, NULL, NULL)`,
  },
  {
    what: 'values that are equal, and not the same',
    edit: `UPDATE t SET oid = 0.0 WHERE rowid = 0.0; UPDATE t SET rowid = 1.0; UPDATE u SET rowid = upper(rowid)`,
  },
  {
    what: 'text that is no text, next to a BLOB',
    edit: `UPDATE t SET oid = CAST(x'fe' AS TEXT), _rowid_ = CAST(x'ff' AS TEXT) WHERE rowid = 2`,
  },
  {
    what: 'unique values that are handed around',
    edit: `UPDATE u SET oid = -oid; UPDATE u SET oid = 2 WHERE oid = -1; UPDATE u SET oid = 1 WHERE oid = -2; UPDATE u SET oid = 3 WHERE oid = -3`,
  },
  {
    what: 'rows of a table that is dropped, and of one that is made',
    edit: `DROP TABLE t; CREATE TABLE n(oid, rowid, _rowid_); INSERT INTO n VALUES(1, 1, 1), (1, 1, 1)`,
  },
  {
    what: 'many rows',
    edit: `WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 5000) INSERT INTO t SELECT n / 2, n / 2, NULL FROM i`,
  },
  ...['UTF-16le', 'UTF-16be'].map((encoding) => ({
    what: `rows of a database in ${encoding}`,
    base: `PRAGMA encoding = '${encoding}'; ${BASE}`,
    edit: `UPDATE t SET oid = oid || 'ä' WHERE rowid IS 1; UPDATE t SET oid = CAST(x'd800d800' AS TEXT) WHERE rowid = 0`,
  })),
];

/** What both sides did, and what has to come of it. */
const MERGED: readonly (Story & { what: string; rows: unknown[][] })[] = [
  {
    what: 'copies that both added',
    base: BASE,
    edit: `INSERT INTO t VALUES(1, 'a', NULL)`,
    remote: `INSERT INTO t VALUES(1, 'a', NULL), (1, 'a', NULL)`,
    rows: [[6n]],
  },
  {
    what: 'a copy that we removed, where they added',
    base: BASE,
    edit: REMOVE_ONE(),
    remote: `INSERT INTO t VALUES(1, 'a', NULL)`,
    rows: [[3n]],
  },
  {
    what: 'as many equal ones on both sides',
    base: BASE,
    edit: `INSERT INTO t VALUES(1, 'a', NULL)`,
    remote: `INSERT INTO t VALUES(1, 'a', NULL)`,
    rows: [[5n]],
  },
  {
    what: 'the same change of a row on both sides',
    base: BASE,
    edit: `UPDATE t SET rowid = 1 WHERE rowid = 2`,
    remote: `UPDATE t SET rowid = 1 WHERE rowid = 2`,
    rows: [[4n]],
  },
  { what: 'the same on both sides', base: BASE, edit: REMOVE_ONE(), remote: REMOVE_ONE(), rows: [[2n]] },
  {
    what: 'one that we removed, where they removed all',
    base: BASE,
    edit: REMOVE_ONE(),
    remote: `DELETE FROM t WHERE rowid = 1 AND typeof(rowid) = 'integer'`,
    rows: [[0n]],
  },
];

function REMOVE_ONE(): string {
  return `DELETE FROM t WHERE rowid = 1 AND typeof(rowid) = 'integer'; INSERT INTO t VALUES(1, 'a', NULL), (1, 'a', NULL)`;
}

describe.each(ADAPTERS)('rows without an address, over %s', (_, serve) => {
  test.each(CARRIED)('are carried once: $what', (story) =>
    play(serve, { base: BASE, ...story }, async (scene) => {
      const receipt = nameReceipt();
      for (const _again of [1, 2]) {
        expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      }
    }),
  );

  test.each(MERGED)('are merged: $what', ({ rows, ...story }) =>
    play(serve, story, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      const count = `SELECT count(*) FROM t WHERE rowid = 1 AND typeof(rowid) = 'integer'`;
      expect(await scene.query(count)).toEqual(rows);
    }),
  );

  const CHANGED = {
    base: BASE,
    edit: `UPDATE t SET oid = 'ours' WHERE rowid = 2`,
    remote: `UPDATE t SET oid = 'theirs' WHERE rowid = 2`,
  };

  test('are in conflict where both sides changed them, and lost in no way', () =>
    play(serve, CHANGED, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push({ merge: 'cells' })).toMatchObject({
        outcome: 'conflict',
        conflicts: [{ kind: 'delete/update', table: 't', old: { rowid: 2n }, local: null, remote: null }],
      });
      expect(await scene.bytes()).toEqual(before);
      expect(await scene.push({ onConflict: 'write' })).toMatchObject({ outcome: 'applied', overwritten: 1 });
      expect(await scene.query('SELECT oid FROM t WHERE rowid = 2 ORDER BY 1')).toEqual([
        ['ours'],
        ['theirs'],
      ]);
    }));

  test('are refused by name where they are too large to be told apart', () =>
    play(serve, { base: BASE, edit: 'INSERT INTO t VALUES(zeroblob(1000000), 1, 1)' }, async (scene) => {
      await expect(scene.push()).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHANGE',
        message: expect.stringContaining('"t"') as string,
      });
    }));
});
