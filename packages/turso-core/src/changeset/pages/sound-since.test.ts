import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { edited, made, series } from '../../../test/fixtures/edited-files.fixture';
import { HEADER_AT } from '../../sqlite/files/file-header';
import { noteDifference } from '../../sqlite/files/known-files';
import { openReadOnly, using } from '../../sqlite/files/open';
import { readSoundness, SOUNDNESS_QUERY } from '../../sqlite/soundness';
import { differingPages } from './differing-pages';
import { openPageFile, type PageFile } from './page-file';
import { isSoundSince } from './sound-since';

const SCHEMA = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE INDEX t_b ON t(b);
  ${series(4000)} INSERT INTO t SELECT i * 10, i % 97, 'row ' || i FROM s;
  CREATE TABLE keyed(k TEXT COLLATE NOCASE, b BLOB, v, PRIMARY KEY (k, b)) WITHOUT ROWID;
  ${series(2000)} INSERT INTO keyed SELECT 'k' || i, CAST(i AS BLOB), hex(zeroblob(i % 300)) FROM s;
  CREATE TABLE large(id INTEGER PRIMARY KEY, v); ${series(40)} INSERT INTO large SELECT i, hex(zeroblob(3000)) || i FROM s;
  CREATE TABLE gone(v); ${series(300)} INSERT INTO gone SELECT hex(zeroblob(100)) FROM s; DELETE FROM gone;`;

function makeBase(pageSize: number, autoVacuum = 'NONE'): string {
  return made(`PRAGMA page_size = ${pageSize}; PRAGMA auto_vacuum = ${autoVacuum}; ${SCHEMA}`);
}

const bases = new Map<number, string>();

function baseOf(pageSize: number): string {
  const known = bases.get(pageSize) ?? makeBase(pageSize);
  bases.set(pageSize, known);
  return known;
}

/** Notes the differences of the files, and checks whether that shows the second to be sound. */
function isFoundSound(base: string, file: string): boolean {
  const files = [base, file].map((name) => openPageFile(name) as PageFile) as [PageFile, PageFile];
  noteDifference(base, file, { pageSize: files[0].pageSize, pages: differingPages(...files) });
  for (const opened of files) opened.close();
  return isSoundSince(base, file);
}

function isQuickCheckOk(file: string): boolean {
  try {
    const answer = using(openReadOnly(file), (db) => db.prepare(SOUNDNESS_QUERY).pluck().get());
    return readSoundness(answer).damage === null;
  } catch {
    return false;
  }
}

const EDITS: Record<string, string> = {
  'an update': `UPDATE t SET a = 'longer than before' WHERE id = 700`,
  'an update of an index': `UPDATE t SET b = 'zzz' WHERE id = 700`,
  'new rows': `INSERT INTO t VALUES (99999, 1, 2), (99998, 1, hex(zeroblob(90)))`,
  'rows that split pages': `${series(30)} INSERT INTO t SELECT 5001 + i * 10, i, hex(zeroblob(40)) FROM s`,
  'deleted rows': `DELETE FROM t WHERE id BETWEEN 100 AND 3000`,
  'a row that overflows': `UPDATE large SET v = 'x' || v WHERE id = 7`,
  'a shorter row': `UPDATE large SET v = 'x' WHERE id = 7; DELETE FROM large WHERE id = 9`,
  'a longer row': `UPDATE large SET v = v || v || v WHERE id = 3`,
  'a row without a rowid that overflows': `UPDATE keyed SET v = hex(zeroblob(900)) || v WHERE k > 'k99'`,
  'a table without rowids': `UPDATE keyed SET v = hex(zeroblob(2000)) WHERE k = 'K77'; DELETE FROM keyed WHERE k = 'k9'`,
  'a receipt': 'CREATE TABLE receipt(v); INSERT INTO receipt VALUES (1); DROP TABLE receipt',
  'a smaller file': 'DELETE FROM large; VACUUM',
};

test.each(Object.entries(EDITS))('%s: found by the pages that differ', (name, sql) => {
  const found = [1024, 4096, 65_536].map((size) => {
    const base = baseOf(size);
    return isFoundSound(base, edited(base, sql));
  });
  // Other cases are left to SQLite: VACUUM moves all pages.
  expect(found).toEqual(name === 'a smaller file' ? [false, false, false] : [true, true, true]);
});

test('what is not compared is left to SQLite', () => {
  const base = baseOf(4096);
  expect(isSoundSince(base, edited(base, EDITS['an update'] as string))).toBe(false);
  expect(isFoundSound(base, edited(base, 'CREATE TABLE n(v)'))).toBe(false);
  const vacuum = makeBase(4096, 'FULL');
  expect(isFoundSound(vacuum, edited(vacuum, EDITS['an update'] as string))).toBe(false);
  const text = edited(base, 'CREATE VIRTUAL TABLE f USING fts5(v)');
  expect(isFoundSound(text, edited(text, `INSERT INTO f VALUES ('a')`))).toBe(false);
  expect(isFoundSound(text, edited(text, EDITS['an update'] as string))).toBe(true);
});

test.each([
  ['format of the schema', HEADER_AT.schemaFormat, -3],
  ['encoding', HEADER_AT.encoding, -1],
  ['way of vacuum', HEADER_AT.incrementalVacuum, 1],
  ['number of pages', HEADER_AT.pageCount, -1],
])('a header with another %s is left to SQLite', (_, at, more) => {
  const base = baseOf(4096);
  const file = edited(base, EDITS['an update'] as string);
  expect(isFoundSound(base, file)).toBe(true);
  const bytes = readFileSync(file);
  bytes.writeUInt32BE(bytes.readUInt32BE(at) + more, at);
  writeFileSync(file, bytes);
  expect(isFoundSound(base, file)).toBe(false);
});

test('whatever SQLite finds damaged is not found sound', () => {
  let [damaged, found] = [0, 0];
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  const { 'a smaller file': _, ...edits } = EDITS;
  fc.assert(
    fc.property(
      fc.constantFrom(512, 1024, 4096),
      fc.constantFrom(...Object.values(edits)),
      flips,
      (size, sql, at) => {
        const base = baseOf(size);
        const file = edited(base, sql);
        const files = [base, file].map((name) => openPageFile(name) as PageFile) as [PageFile, PageFile];
        const pages = [...differingPages(...files)].filter((page) => page > 1);
        const { pageSize } = files[0];
        for (const opened of files) opened.close();
        const bytes = readFileSync(file);
        for (const [page, place, xor] of at) {
          // Headers and pointers more often than content.
          const within = place % 2 === 0 ? place % 40 : place % pageSize;
          const target = ((pages[page % pages.length] ?? 1) - 1) * pageSize + within;
          bytes[target] = (bytes[target] ?? 0) ^ xor;
        }
        writeFileSync(file, bytes);
        const isOk = isQuickCheckOk(file);
        const isFound = isFoundSound(base, file);
        if (!isOk) damaged++;
        if (isFound) found++;
        expect([isFound && !isOk, at]).toEqual([false, at]);
      },
    ),
    { numRuns: 80 * Number(process.env['TURSO_SYNC_RUNS'] ?? 1) },
  );
  expect(damaged).toBeGreaterThan(20);
  expect(found).toBeGreaterThan(0);
});
