import type { SchemaObject } from './schema';
import { sortObjects } from './set-aside';

const table = (sql: string): SchemaObject => ({ type: 'table', name: 't', table: 't', sql });
const index = (sql: string): SchemaObject => ({ type: 'index', name: 'i', table: 't', sql });

test.each([
  ['CREATE TABLE t(a) RANDOM ROWID', 'CREATE TABLE t(a)'],
  ['CREATE TABLE t(a)random rowid', 'CREATE TABLE t(a)'],
  ['CREATE TABLE t(a) STRICT, RANDOM ROWID', 'CREATE TABLE t(a) STRICT'],
  ['CREATE TABLE t(a) RANDOM -- so\n ROWID, STRICT', 'CREATE TABLE t(a) STRICT'],
  [
    `CREATE TABLE t(a DEFAULT ') RANDOM ROWID') RANDOM/**/ROWID`,
    `CREATE TABLE t(a DEFAULT ') RANDOM ROWID')`,
  ],
])('%s is %s for plain SQLite', (sql, localSql) => {
  expect(sortObjects([table(sql)]).setAside).toEqual([{ ...table(sql), localSql }]);
});

test.each([
  'CREATE TABLE t(random rowid)',
  'CREATE TABLE t(a) -- RANDOM ROWID',
  'CREATE TABLE t(a) WITHOUT ROWID',
  'CREATE TABLE t(a) STRICT',
])('%s is plain SQLite', (sql) => {
  expect(sortObjects([table(sql)]).setAside).toEqual([]);
});

test.each([
  ['CREATE INDEX i ON t(libsql_vector_idx(e))', true],
  [`CREATE INDEX i ON t(LIBSQL_VECTOR_IDX (e, 'metric=l2'))`, true],
  ['CREATE INDEX i ON t(a) WHERE vector_extract(e) > 1', true],
  ['CREATE INDEX i ON vector(a)', false],
  ['CREATE INDEX i ON t(libsql_vector_idx)', false],
  [`CREATE INDEX i ON t(a) WHERE a <> 'libsql_vector_idx(e)'`, false],
])('whether %s is for libSQL alone: %s', (sql, isOurs) => {
  expect(sortObjects([index(sql)]).setAside).toHaveLength(isOurs ? 1 : 0);
});

test('what a vector index is stored in goes with it', () => {
  const stored = [
    { type: 'table', name: 'i_shadow', table: 'i_shadow', sql: 'CREATE TABLE i_shadow(x)' },
    {
      type: 'index',
      name: 'i_shadow_idx',
      table: 'i_shadow',
      sql: 'CREATE INDEX i_shadow_idx ON i_shadow(x)',
    },
    { type: 'table', name: 'other_shadow', table: 'other_shadow', sql: 'CREATE TABLE other_shadow(x)' },
  ] as const;
  const { internal } = sortObjects([index('CREATE INDEX i ON t(libsql_vector_idx(e))'), ...stored]);
  expect([...internal]).toEqual(['i_shadow', 'i_shadow_idx']);
});
