import { definitionLines, textDiff } from './definition-diff';

test('each column of a table has a line of its own', () => {
  expect(
    definitionLines("CREATE TABLE t(a INT, b TEXT DEFAULT ',(', CHECK (a > (1)), [c,d]) STRICT", 'table'),
  ).toEqual([
    'CREATE TABLE t(',
    '  a INT,',
    "  b TEXT DEFAULT ',(',",
    '  CHECK (a > (1)),',
    '  [c,d]',
    ') STRICT',
  ]);
});

test.each([
  [
    'CREATE TABLE t(\n  a INT, -- (first,\n  /* b, */ b\n)',
    ['CREATE TABLE t(', '  a INT,', '  -- (first,', '  /* b, */ b', ')'],
  ],
  ['CREATE TABLE "a""(,"(x)', ['CREATE TABLE "a""(,"(', '  x', ')']],
  ['CREATE TABLE t AS SELECT 1', ['CREATE TABLE t AS SELECT 1']],
  ["CREATE TABLE t('", ['CREATE TABLE t(', "  '"]],
])('whatever is quoted or a comment stays whole: %s', (sql, lines) => {
  expect(definitionLines(sql, 'table')).toEqual(lines);
});

test('other definitions keep their lines', () => {
  expect(
    textDiff('CREATE VIEW v AS\nSELECT a, b\nFROM t', 'CREATE VIEW v AS\nSELECT a\nFROM t', 'view'),
  ).toEqual([
    [' ', 'CREATE VIEW v AS'],
    ['-', 'SELECT a, b'],
    ['+', 'SELECT a'],
    [' ', 'FROM t'],
  ]);
  expect(textDiff(null, 'CREATE INDEX i ON t(a, b)', 'index')).toEqual([['+', 'CREATE INDEX i ON t(a, b)']]);
});
