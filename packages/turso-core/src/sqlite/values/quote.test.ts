import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { makeTempDir, removeTempDir, requireTool, sqlite3Path } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { bindValues } from './bind';
import { exactProjection, exactRow } from './exact-projection';
import { exactReal, quoteName, quoteString, quoteValue } from './quote';
import { decodeText, RawText, sameValue, type Encoding, type SqlValue } from './values';
import { values } from '../../../test/fixtures/values.fixture';

const ENCODINGS: readonly Encoding[] = ['UTF-8', 'UTF-16le', 'UTF-16be'];

describe.each(ENCODINGS)('in a %s database', (encoding) => {
  const db = new Database(':memory:');
  beforeAll(() => {
    db.pragma(`encoding = '${encoding}'`);
    db.exec('CREATE TABLE t(v)');
  });
  afterAll(() => db.close());

  /** Returns the value of an SQL expression after storing it. */
  const stored = (expression: string, args: readonly SqlValue[] = []): SqlValue => {
    db.exec('DELETE FROM t');
    db.prepare(`INSERT INTO t VALUES(${expression})`).run(...args);
    const row = db
      .prepare(`SELECT ${exactProjection(['v'])} FROM t`)
      .raw()
      .safeIntegers()
      .get();
    return exactRow(row as SqlValue[], encoding)[0] as SqlValue;
  };
  /** Returns the value as read from a database of this encoding. */
  const asRead = (value: SqlValue): SqlValue => {
    if (value instanceof RawText) return decodeText(Buffer.from(value.bytes), encoding);
    return value instanceof Uint8Array ? Buffer.from(value) : value;
  };
  // Leaves out odd numbers of bytes, and characters that UTF-16 databases do not take.
  const possible = values.filter(
    (value) =>
      encoding === 'UTF-8' ||
      (value instanceof RawText
        ? value.bytes.length % 2 === 0
        : typeof value !== 'string' || !/[\uFFFE\uFFFF]/.test(value)),
  );

  test('a quoted value is the same value', () => {
    fc.assert(
      fc.property(possible, (value) => {
        expect(stored(quoteValue(value))).toEqual(asRead(value));
      }),
      { numRuns: 500 },
    );
  });

  test('a bound value is the same value', () => {
    fc.assert(
      fc.property(possible, (value) => {
        const { expressions, args } = bindValues([value]);
        expect(stored(expressions.join(), args)).toEqual(asRead(value));
      }),
      { numRuns: 500 },
    );
  });
});

const withShell = requireTool('sqlite3') ? test : test.skip;

withShell('the sqlite3 shell reads quoted values to the bit', () => {
  const dir = makeTempDir('quote-');
  const file = join(dir, 'shell.db');
  const sample = fc.sample(values, 2000);
  const rows = sample.map((value, i) => `INSERT INTO t VALUES(${i}, ${quoteValue(value)});`);
  const input = `CREATE TABLE t(id INTEGER PRIMARY KEY, v);\nBEGIN;\n${rows.join('\n')}\nCOMMIT;\n`;
  execFileSync(sqlite3Path() ?? '', ['-bail', file], { input });
  const db = new Database(file);
  try {
    const query = db
      .prepare(`SELECT ${exactProjection(['v'])} FROM t ORDER BY id`)
      .raw()
      .safeIntegers();
    const found = (query.all() as SqlValue[][]).map((row) => exactRow(row, 'UTF-8')[0] as SqlValue);
    const wrong = sample.filter((value, i) => {
      const meant = value instanceof RawText ? decodeText(value.bytes, 'UTF-8') : value;
      return !sameValue(found[i] ?? null, meant);
    });
    expect(wrong).toEqual([]);
  } finally {
    db.close();
    removeTempDir(dir);
  }
});

test.each([
  ['t', '"t"'],
  ['', '""'],
  ['we"ird', '"we""ird"'],
  ['select', '"select"'],
])('the name %j is quoted as %s', (name, quoted) => {
  expect(quoteName(name)).toBe(quoted);
});

test.each<[string, SqlValue, string]>([
  ['NULL', null, 'NULL'],
  ['an INTEGER', 7n, '7'],
  ['the least INTEGER', -(2n ** 63n), '(-9223372036854775807-1)'],
  ['a whole REAL', 1, '1.0'],
  ['negative zero', -0, '-0.0'],
  ['a REAL', 0.1, '1.0000000000000001e-1'],
  ['infinity', Infinity, '9e999'],
  ['a tiny REAL', 5e-324, '(7.9393288266368765e-264/1.6069380442589903e+60)'],
  ['TEXT', "it's", "'it''s'"],
  ['TEXT with NUL', 'a\0b', "replace('a\uE000b',char(57344),char(0))"],
  [
    'TEXT with NUL, CR and a stand-in',
    'a\r\n\0\uE000',
    "replace(replace('a\uE002\n\uE001\uE000',char(57345),char(0)),char(57346),char(13))",
  ],
  ['BLOB', Uint8Array.of(1, 255), "x'01ff'"],
  ['TEXT that is no text', new RawText(Uint8Array.of(255)), "CAST(x'ff' AS TEXT)"],
])('%s has a literal that people can read', (_, value, sql) => {
  expect(quoteValue(value)).toBe(sql);
});

test('a string is quoted whatever it looks like', () => {
  expect(quoteString(`'; DROP TABLE t; --`)).toBe(`'''; DROP TABLE t; --'`);
});

test('exactReal gives digits that JavaScript reads back as well', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(exactReal(value))).toBe(value);
    }),
  );
});
