import { withoutValues } from './without-values';

test.each([
  ["SELECT * FROM t WHERE name = 'O''Hara' AND n > -1.5e-3", 'SELECT * FROM t WHERE name = ? AND n > -?'],
  ["INSERT INTO t VALUES (1, x'00ff', 'a' || :b, ?2)", 'INSERT INTO t VALUES (?, x?, ? || :b, ?2)'],
  ['SELECT  1 /* secret */ -- 42\n;', 'SELECT ? ;'],
  ["SELECT 'open", 'SELECT ?'],
  ['SELECT "a 1", [b 2], c3 FROM t1', 'SELECT "a 1", [b 2], c3 FROM t1'],
])('%s is told as %s', (sql, told) => {
  expect(withoutValues(sql)).toBe(told);
});

test('a long statement is cut', () => {
  expect(withoutValues(`SELECT ${'a, '.repeat(1000)}b`)).toHaveLength(1001);
});
