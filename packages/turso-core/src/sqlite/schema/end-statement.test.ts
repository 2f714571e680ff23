import { endStatement } from './end-statement';

test.each([
  ['SELECT 1', 'SELECT 1;'],
  ['SELECT 1 -- one', 'SELECT 1 -- one\n;'],
  ['SELECT 1 -- one\n', 'SELECT 1 -- one\n;'],
  ['SELECT 1 /* one */', 'SELECT 1 /* one */;'],
  ['SELECT 1 /* one', 'SELECT 1 /* one*/;'],
  ['SELECT 1 /*/', 'SELECT 1 /*/*/;'],
  ["SELECT '-- one'", "SELECT '-- one';"],
  ["SELECT 'it''s -- one'", "SELECT 'it''s -- one';"],
  ['SELECT "a -- b"', 'SELECT "a -- b";'],
  ['SELECT [a -- b]', 'SELECT [a -- b];'],
  ['SELECT `a -- b`', 'SELECT `a -- b`;'],
  ["SELECT '/*' -- '", "SELECT '/*' -- '\n;"],
  ["SELECT 1 -- it's\n, 2", "SELECT 1 -- it's\n, 2;"],
])('%j ends as %j', (sql, ended) => {
  expect(endStatement(sql)).toBe(ended);
});
