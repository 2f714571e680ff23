import Database from 'better-sqlite3';
import fc from 'fast-check';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { decodeText, RawText, type SqlValue } from '../../sqlite/values/values';
import { values } from '../../../test/fixtures/values.fixture';
import { RowBatcher } from './row-batcher';
import { joinSources } from './join-sources';
import type { RowSource } from './row-source';

const db = new Database(':memory:');
afterAll(() => db.close());

test('rows arrive in the statements to the bit, each in exactly one', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 1, max: 10 })
        .chain((width) =>
          fc.array(fc.array(values, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }),
        ),
      (rows) => {
        const width = rows[0]?.length ?? 0;
        const read = batch(width, rows).flatMap((source) => readBack(source, width));
        const asText = (row: readonly SqlValue[]): string => describeRow(row.map(meant));
        expect(read.map(asText).sort()).toEqual(rows.map(asText).sort());
      },
    ),
    { numRuns: 300 },
  );
});

test('rows go as one JSON text and their BLOBs where these hold them exactly, and bound otherwise', () => {
  const [json, blobs, bound, ...more] = batch(2, [
    [1n, 'a'],
    [3n, 'a\0b"\u2028🦀'],
    [5n, Infinity],
    [7n, null],
    [8n, 5e-324],
    [2n, Uint8Array.of(1, 0)],
    [9n, 'text'],
    [10n, new Uint8Array(0)],
    [11n, Uint8Array.of(255)],
    [4n, -0],
    [6n, new RawText(Uint8Array.of(255))],
  ]);
  expect(more).toEqual([]);
  expect(json?.args).toEqual([
    '[[1,"a"],[3,"a\\u0000b\\"\u2028🦀"],[5,9e999],[7,null],[8,4.9406564584124654e-324]]',
  ]);
  expect(json?.count).toBe(5);
  expect(blobs?.args).toEqual(['[[2,1,2],[9,"text",null],[10,3,0],[11,3,1]]', Buffer.of(1, 0, 255)]);
  expect(bound?.args).toEqual([4n, 6n]);
  expect(bound?.count).toBe(2);
});

test('BLOBs without a byte are not NULL', () => {
  const rows = [[new Uint8Array(0)], [null], [new Uint8Array(0)]];
  expect(
    batch(1, rows)
      .flatMap((source) => readBack(source, 1))
      .map(describeRow),
  ).toEqual(rows.map(describeRow));
});

test('sources that are joined keep their values', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(values, values), { minLength: 1, maxLength: 20 }), (rows) => {
      const joined = joinSources(batch(2, rows));
      const read = joined.flatMap(({ sql, args }) => readBack({ sql, args, count: 0 }, 2));
      const asText = (row: readonly SqlValue[]): string => describeRow(row.map(meant));
      expect(read.map(asText).sort()).toEqual(rows.map(asText).sort());
    }),
    { numRuns: 100 },
  );
});

test('rows keep their order where that is asked for', () => {
  const sources: RowSource[] = [];
  const batcher = new RowBatcher(1, (source) => sources.push(source), { keepsOrder: true });
  for (const value of [1n, Uint8Array.of(2), 3n, -0, 5n, Uint8Array.of(6), 7n]) batcher.add([value]);
  batcher.flush();
  expect(sources.flatMap((source) => readBack(source, 1))).toEqual([
    [1n],
    [Buffer.of(2)],
    [3n],
    [-0],
    [5n],
    [Buffer.of(6)],
    [7n],
  ]);
  expect(sources.map(({ count }) => count)).toEqual([1, 2, 4]);
});

test.each([
  ['many small rows', 50_000, (i: number) => [BigInt(i), `text ${i}`], 2],
  ['long texts', 10, (i: number) => [BigInt(i), 'é'.repeat(400_000)], 2],
  ['a text too long for JSON', 3, (i: number) => [BigInt(i), 'x'.repeat(1_500_000)], 2],
  ['many BLOBs', 40_000, (i: number) => [BigInt(i), Uint8Array.of(i % 256)], 2],
  ['many bound rows', 40_000, (i: number) => [BigInt(i), -0], 2],
  ['a BLOB beyond all limits', 3, (i: number) => [BigInt(i), new Uint8Array(4_500_000)], 2],
  ['large blobs', 5, (i: number) => [BigInt(i), new Uint8Array(600_000)], 2],
  [
    'wide rows of BLOBs',
    100,
    (i: number) => Array.from({ length: 900 }, (_, c) => Uint8Array.of(i, c % 256)),
    900,
  ],
])('%s stay within what a server takes in one statement', (_, count, row, width) => {
  const rows = Array.from({ length: count }, (_row, i) => row(i));
  const sources = batch(width, rows);
  for (const { sql, args, count: inOne } of sources) {
    const sizes = args.map((arg) =>
      typeof arg === 'string' ? Buffer.byteLength(arg) : arg instanceof Uint8Array ? arg.byteLength : 0,
    );
    expect(Math.max(...sizes)).toBeLessThan(5_000_000);
    expect(args.length).toBeLessThanOrEqual(32_766);
    expect(sql.length).toBeLessThan(1_000_000);
    expect(inOne).toBeGreaterThan(0);
  }
  expect(sources.reduce((sum, source) => sum + source.count, 0)).toBe(count);
  expect(sources.flatMap((source) => readBack(source, width)).map(describeRow)).toEqual(
    rows.map(describeRow),
  );
});

function batch(width: number, rows: readonly (readonly SqlValue[])[]): RowSource[] {
  const sources: RowSource[] = [];
  const batcher = new RowBatcher(width, (source) => sources.push(source));
  for (const row of rows) batcher.add(row);
  batcher.flush();
  batcher.flush();
  return sources;
}

function readBack({ sql, args }: RowSource, width: number): SqlValue[][] {
  const columns = Array.from({ length: width }, (_, i) => `c${i}`);
  const select = db
    .prepare(`${sql} SELECT ${exactProjection(columns)} FROM r`)
    .raw()
    .safeIntegers();
  return (select.all(...args) as SqlValue[][]).map((row) => exactRow(row, 'UTF-8'));
}

function meant(value: SqlValue): SqlValue {
  return value instanceof RawText ? decodeText(value.bytes, 'UTF-8') : value;
}

function describeRow(row: readonly SqlValue[]): string {
  return row
    .map((value) => {
      if (value instanceof Uint8Array) return `blob ${Buffer.from(value).toString('base64')}`;
      if (value instanceof RawText) return `raw ${Buffer.from(value.bytes).toString('base64')}`;
      return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
    })
    .join();
}
