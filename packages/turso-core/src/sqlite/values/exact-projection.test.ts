import Database from 'better-sqlite3';
import { using } from '../files/open';
import { exactProjection, exactRow } from './exact-projection';
import { RawText, type SqlValue } from './values';

function project(columns: readonly string[], from = ''): SqlValue[] {
  return using(new Database(':memory:'), (db) => {
    const row = db
      .prepare(`SELECT ${exactProjection(columns)} ${from}`)
      .raw()
      .safeIntegers()
      .get();
    return exactRow(row as SqlValue[], 'UTF-8');
  });
}

test('values come back with their storage class and bytes', () => {
  const columns = [
    'NULL',
    '1',
    '1.0',
    '-0.0',
    '9e999',
    `''`,
    `char(65279) || 'a'`,
    `x'61'`,
    `CAST(x'ff' AS TEXT)`,
  ];
  expect(project(columns)).toEqual([
    null,
    1n,
    1,
    -0,
    Infinity,
    '',
    '\uFEFFa',
    Buffer.from('a'),
    new RawText(Buffer.from([0xff])),
  ]);
});

test.each([0, 1, 500, 1999])('of %p columns', (count) => {
  const columns = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? `'${i}'` : String(i)));
  expect(project(columns)).toEqual(columns.map((_, i) => (i % 2 === 0 ? String(i) : BigInt(i))));
});
