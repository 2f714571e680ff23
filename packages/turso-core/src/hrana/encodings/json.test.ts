import fc from 'fast-check';
import type { HranaRequest } from '../hrana';
import { JSON_2 } from './json';
import { spellInfinities } from './infinite-arguments';

const requests: HranaRequest[] = [
  { type: 'batch', steps: [{ sql: 'SELECT 1' }] },
  { type: 'describe', sql: 'SELECT 1' },
];

test('bytes that are no answer are a RangeError, or no results', () => {
  const words = fc.constantFrom(
    'results',
    'type',
    'error',
    'response',
    'result',
    'rows',
    'cols',
    'value',
    'step_results',
  );
  const part = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 8 },
      fc.constantFrom(null, 'batch', 'describe', 'integer', 'float', 'text', 'blob', 'error', 1, -1.5),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(words, tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  const within = part.map((inner) => ({
    results: [{ type: 'ok', response: { type: 'batch', result: inner } }],
  }));
  const text = fc.oneof(part, within).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (answer) => {
      try {
        JSON_2.decode(Buffer.from(answer), requests);
      } catch (error) {
        expect((error as Error).name).toBe('RangeError');
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['SELECT ?, ?', [1, Infinity], 'SELECT ?, (? * 9e999)'],
  ['SELECT ?2, ?1', [-Infinity, 1], 'SELECT ?2, (?1 * 9e999)'],
  ['SELECT ?2, ?', [1n, 1n, Infinity], 'SELECT ?2, (? * 9e999)'],
  ['SELECT :a, ?, :a', [Infinity, 1n], 'SELECT (:a * 9e999), ?, (:a * 9e999)'],
  ['SELECT $a, @b', { a: 1n, b: Infinity }, 'SELECT $a, (@b * 9e999)'],
  [`SELECT '?', "?" -- ?\n, ?`, [Infinity], `SELECT '?', "?" -- ?\n, (? * 9e999)`],
  ['SELECT ? /* ?', [0, Infinity], 'SELECT ? /* ?'],
])('an infinite argument is a product in the statement: %s %j', (sql, args, spelled) => {
  expect(spellInfinities(sql, args)).toBe(spelled);
});

describe('what statements used', () => {
  const steps: HranaRequest = { type: 'batch', steps: [{ sql: '' }, { sql: '' }] };
  const used = (answer: unknown): unknown => JSON_2.decode(Buffer.from(JSON.stringify(answer)), [steps]).used;
  const answered = (...results: unknown[]): object => ({
    results: [{ type: 'ok', response: { type: 'batch', result: { step_results: results } } }],
  });

  test('is told, but of what was not carried out', () => {
    expect(used(answered({ rows_read: 3, rows_written: 2 }, null))).toEqual([
      { rowsRead: 3, rowsWritten: 2 },
    ]);
    expect(used({ results: [{ type: 'error', error: {} }] })).toEqual([]);
  });

  test.each([
    {},
    { rows_read: 1 },
    { rows_read: '1', rows_written: 0 },
    { rows_read: -1, rows_written: 0 },
    { rows_read: 1.5, rows_written: 0 },
    { rows_read: 1e300, rows_written: 0 },
    'text',
    [],
  ])('is not known from %j', (result) => {
    expect(used(answered(result))).toEqual([null]);
  });

  test.each([null, 1, {}, { results: 1 }, { results: [1, null, { response: 1 }] }])(
    'is nothing in what is no answer: %j',
    (answer) => {
      expect(used(answer)).toEqual([]);
    },
  );
});

test('a body that is not UTF-8 is a RangeError', () => {
  const body = Buffer.from('{"results":[],"baton":"\xff"}', 'latin1');
  expect(() => JSON_2.decode(body, [])).toThrow(RangeError);
});

describe('a value', () => {
  const batch: HranaRequest = { type: 'batch', steps: [{ sql: '' }] };
  function decoded(rows: unknown, cols: unknown = [{ name: 'v' }]): unknown {
    const result = { step_results: [{ cols, rows }], step_errors: [null] };
    const answer = { results: [{ type: 'ok', response: { type: 'batch', result } }] };
    const [first] = JSON_2.decode(Buffer.from(JSON.stringify(answer)), [batch]).results;
    return first?.type === 'batch' ? first.steps : null;
  }

  test.each<[unknown, unknown]>([
    [{ type: 'null' }, null],
    [{ type: 'integer', value: '-9223372036854775808' }, -(2n ** 63n)],
    [{ type: 'integer', value: 7 }, 7n],
    [{ type: 'float', value: 1 }, 1],
    [{ type: 'float', value: null }, NaN],
    [{ type: 'blob', base64: 'AAE' }, Uint8Array.of(0, 1)],
    [{ type: 'blob', base64: 'AAE=' }, Uint8Array.of(0, 1)],
    [{ type: 'blob', base64: '' }, new Uint8Array(0)],
  ])('is read: %j', (encoded, value) => {
    expect(decoded([[encoded]])).toMatchObject([{ rows: [[value]] }]);
  });

  test.each<unknown>([
    null,
    7,
    { type: 'integer', value: '9223372036854775808' },
    { type: 'integer', value: '-9223372036854775809' },
    { type: 'integer', value: '9'.repeat(1_000_000) },
    { type: 'integer', value: 2 ** 53 },
    { type: 'integer', value: 1.5 },
    { type: 'integer', value: '' },
    { type: 'float', value: '1' },
    { type: 'text', value: 1 },
    { type: 'blob', base64: '!!!!' },
    { type: 'blob', base64: 'AA<html>' },
    { type: 'unknown', value: 1 },
  ])('is none: %j', (encoded) => {
    expect(() => decoded([[encoded]])).toThrow(RangeError);
  });

  test.each<[unknown, unknown]>([
    [[[]], [{}]],
    [[[{ type: 'null' }, { type: 'null' }]], [{}]],
    [[[{ type: 'null' }]], []],
    [[[{ type: 'null' }]], null],
    [[null], [{}]],
  ])('has a column: %j in %j', (rows, cols) => {
    expect(() => decoded(rows, cols)).toThrow(RangeError);
  });
});
