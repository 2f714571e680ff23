import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { edited, made, series } from '../../../test/fixtures/edited-files.fixture';
import { noteDifference } from '../../sqlite/files/known-files';
import { openReadOnly, using } from '../../sqlite/files/open';
import { EVERYWHERE, findChangedRanges, type ChangedRanges, type Roots } from './changed-ranges';

/** Tables of several levels, with an index, without rowids, with rows that overflow their pages, and an empty one. */
const SCHEMA = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE INDEX t_b ON t(b);
  ${series(6000)} INSERT INTO t SELECT i * 10 - 30000, i % 97, 'row ' || i FROM s;
  CREATE TABLE hidden(a, b); ${series(3000)} INSERT INTO hidden SELECT i, hex(i) FROM s;
  CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID; ${series(3000)} INSERT INTO keyed SELECT 'k' || i, i FROM s;
  CREATE TABLE large(id INTEGER PRIMARY KEY, v); ${series(40)} INSERT INTO large SELECT i, hex(zeroblob(3000)) || i FROM s;
  CREATE TABLE empty(v);`;

function makeBase(pragmas = ''): string {
  return made(`${pragmas}; ${SCHEMA}`);
}

function compare(before: string, after: string): ChangedRanges {
  const side = (file: string): { file: string; roots: Roots } => ({
    file,
    roots: using(openReadOnly(file), rootsOf),
  });
  return findChangedRanges(side(before), side(after));
}

function rootsOf(db: Database.Database): Roots {
  return new Map(
    db.prepare('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0').raw().all() as [
      string,
      number,
    ][],
  );
}

/** Returns the rowids of all rows that differ, as SQLite finds them. */
function differingRowids(before: string, after: string, table: string): bigint[] {
  return using(openReadOnly(after), (db) => {
    db.prepare('ATTACH ? AS before').run(before);
    const all = (schema: string): string => `SELECT rowid, * FROM ${schema}.${table}`;
    const sql = `SELECT rowid FROM (${all('main')} EXCEPT ${all('before')})
                 UNION SELECT rowid FROM (${all('before')} EXCEPT ${all('main')})`;
    return db.prepare(sql).pluck().safeIntegers().all() as bigint[];
  });
}

test('only the leaves that changed are looked at', () => {
  const base = makeBase();
  const ranges = compare(base, edited(base, 'UPDATE t SET a = -1 WHERE id IN (-29000, 0, 10, 29000)'));
  expect(ranges('t')).toHaveLength(3);
  expect(ranges('t').every(([first, last]) => last - first < 10_000n)).toBe(true);
  for (const table of ['hidden', 'keyed', 'large', 'empty']) expect(ranges(table)).toEqual([]);
});

test('rows are the same where only an index changed, or the file was made smaller', () => {
  const base = makeBase();
  const ranges = compare(base, edited(base, 'DROP INDEX t_b; CREATE INDEX t_a ON t(a)'));
  for (const table of ['t', 'hidden', 'keyed', 'large']) expect(ranges(table)).toEqual([]);
});

test('only pages that are known to differ are compared again', () => {
  const base = makeBase();
  const work = edited(base, 'UPDATE t SET a = -1 WHERE id IN (-29000, 29000)');
  const pageSize = 4096;
  noteDifference(base, work, { pageSize, pages: new Set() });
  expect(compare(base, work)('t')).toEqual([]);
  noteDifference(base, work, { pageSize: 512, pages: new Set() });
  const ranges = compare(base, work)('t');
  expect(ranges).toHaveLength(2);
  // The comparison has noted what it found.
  expect(compare(base, work)('t')).toEqual(ranges);
});

test('what the pages do not tell may be anywhere', () => {
  const base = makeBase();
  // The leaf of an overflowing row stays as it is.
  const overflow = edited(
    base,
    "UPDATE large SET v = substr(v, 1, 5000) || 'X' || substr(v, 5002) WHERE id = 7",
  );
  expect(compare(base, overflow)('large')).toBe(EVERYWHERE);
  expect(compare(base, edited(base, "UPDATE keyed SET v = 0 WHERE k = 'k77'"))('keyed')).toBe(EVERYWHERE);
  expect(compare(base, edited(base, 'PRAGMA page_size = 1024; VACUUM'))('t')).toBe(EVERYWHERE);
  expect(compare(base, edited(base, 'PRAGMA journal_mode = wal', 'DELETE FROM t'))('t')).toBe(EVERYWHERE);
});

test('every row that differs is in a range, whatever was edited', () => {
  const edit = fc.oneof(
    fc
      .record({ at: fc.integer({ min: -30000, max: 30000 }), n: fc.integer({ min: 0, max: 3000 }) })
      .map(({ at, n }) => `DELETE FROM t WHERE id BETWEEN ${at} AND ${at + n}`),
    fc
      .integer({ min: -30000, max: 30000 })
      .map((at) => `INSERT OR REPLACE INTO t VALUES(${at}, 1, hex(zeroblob(400)))`),
    fc.integer({ min: 0, max: 96 }).map((a) => `UPDATE t SET b = b || '!' WHERE a = ${a} AND id > 25000`),
    fc
      .integer({ min: 1, max: 3000 })
      .map((at) => `UPDATE hidden SET b = hex(zeroblob(${at})) WHERE a = ${at}`),
    fc
      .integer({ min: 1, max: 40 })
      .map((at) => `UPDATE large SET v = replace(v, '${at}', 'x') WHERE id = ${at}`),
    fc.integer({ min: 1, max: 40 }).map((at) => `DELETE FROM large WHERE id = ${at}`),
    fc.constantFrom(
      'DELETE FROM hidden',
      'VACUUM',
      'PRAGMA incremental_vacuum',
      'DROP INDEX IF EXISTS t_b',
      'INSERT INTO empty VALUES(1)',
      'DELETE FROM empty',
      'INSERT INTO hidden SELECT a, b FROM hidden LIMIT 500',
    ),
  );
  const pragmas = [
    '',
    'PRAGMA page_size = 512',
    'PRAGMA auto_vacuum = full',
    'PRAGMA auto_vacuum = incremental',
  ];
  const bases = pragmas.map(makeBase);
  fc.assert(
    fc.property(fc.constantFrom(...bases), fc.array(edit, { minLength: 1, maxLength: 6 }), (base, edits) => {
      const work = edited(base, ...edits);
      const [ranges, again] = [compare(base, work), compare(base, work)];
      for (const table of ['t', 'hidden', 'large', 'empty']) {
        const isFound = (id: bigint): boolean =>
          ranges(table).some(([first, last]) => first <= id && id <= last);
        expect(differingRowids(base, work, table).filter((id) => !isFound(id))).toEqual([]);
        expect(again(table)).toEqual(ranges(table));
      }
    }),
    { numRuns: 60 },
  );
});
