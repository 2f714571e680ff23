import Database from 'better-sqlite3';
import { using } from './files/open';
import { joinTerms } from './join-terms';

test('few terms make one chain', () => {
  expect(joinTerms([], 'AND')).toBe('');
  expect(joinTerms(['a'], 'AND')).toBe('a');
  expect(joinTerms(['a', 'b', 'c'], 'OR')).toBe('a OR b OR c');
});

test.each([100, 101, 999, 2000, 10_001, 150_000])(
  '%p terms are joined in their order, without depth',
  (count) => {
    const joined = joinTerms(
      Array.from({ length: count }, (_, i) => `'${i}'`),
      '||',
    );
    expect(joined.replaceAll(/[()]/g, '')).toBe(
      Array.from({ length: count }, (_, i) => `'${i}'`).join(' || '),
    );
    const length = using(new Database(':memory:'), (db) =>
      db.prepare(`SELECT length(${joined})`).pluck().get(),
    );
    expect(length).toBe(Array.from({ length: count }, (_, i) => String(i)).join('').length);
  },
);
