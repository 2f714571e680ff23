const SPECIAL = [
  'NULL',
  '-0.0',
  '9e999',
  '-9e999',
  '5e-324',
  '1.5e-300',
  '0.1+0.2',
  `x'00ff'`,
  `CAST(x'ff' AS TEXT)`,
  `'a' || char(0) || 'b'`,
  'char(1)',
  `char(65279) || 'bom'`,
  'char(65533)',
  `'"\\'`,
  'char(8232, 10, 13)',
  '9223372036854775807',
  '-9223372036854775807-1',
  '9007199254740993',
  'hex(zeroblob(20000))',
  `''`,
  `'🦀'`,
];

const NUMBERS = 'WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i LIMIT 7000)';

/** A value of its own sort every 300 rows, a number in all others. */
const value = `CASE n ${SPECIAL.map((sql, i) => `WHEN ${i * 300} THEN ${sql}`).join(' ')} ELSE n END`;

/** So many added rows, of every sort, that they are carried in bulk. */
export const MANY_ROWS: { readonly base: string; readonly edit: string } = {
  base: `
    CREATE TABLE alias(id INTEGER PRIMARY KEY, v, r REAL, t TEXT);
    CREATE TABLE hidden(v, r REAL);
    CREATE TABLE w(k PRIMARY KEY, v) WITHOUT ROWID;
    INSERT INTO alias VALUES(5, 5, 5, 5);
    INSERT INTO hidden VALUES(0, 0);`,
  edit: `
    ${NUMBERS} INSERT INTO alias SELECT n + 10, ${value}, n / 7.0, 'text ' || n FROM i;
    ${NUMBERS} INSERT INTO hidden SELECT ${value}, n / 3.0 FROM i;
    ${NUMBERS} INSERT INTO w SELECT n, ${value} FROM i;
    INSERT INTO alias VALUES(9223372036854775807, 'last', NULL, NULL), (-9223372036854775807, 'first', NULL, NULL);`,
};
