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
