import Database from 'better-sqlite3';
import { using } from '../files/open';
import { keyTerms } from './key-terms';
import { keyColumns, readSchema, rowColumns, type Schema, type Table } from './schema';

function schemaOf(sql: string): Schema {
  return using(new Database(':memory:'), (db) => {
    db.exec(sql);
    return readSchema(db);
  });
}

/** Returns the table `t` of some SQL. */
function tableOf(sql: string): Table {
  return schemaOf(sql).tables.get('t') as Table;
}

test.each<[string, string | null, string | null]>([
  ['t(id INTEGER PRIMARY KEY)', 'id', 'rowid'],
  ['t(id integer primary key autoincrement)', 'id', 'rowid'],
  ['t(id INTEGER, v, PRIMARY KEY(id))', 'id', 'rowid'],
  ['t(id INTEGER, v, PRIMARY KEY(id DESC))', 'id', 'rowid'],
  ['t(id "INTEGER" PRIMARY KEY)', 'id', 'rowid'],
  ['t(id INTEGER PRIMARY KEY ASC)', 'id', 'rowid'],
  ['t(id INTEGER PRIMARY KEY DESC)', null, 'rowid'],
  ['t(id INT PRIMARY KEY)', null, 'rowid'],
  ['t(id INTEGER(8) PRIMARY KEY)', null, 'rowid'],
  ['t(id PRIMARY KEY)', null, 'rowid'],
  ['t(id INTEGER UNIQUE)', null, 'rowid'],
  ['t(a INTEGER, b INTEGER, PRIMARY KEY(a, b))', null, 'rowid'],
  ['t(id INTEGER PRIMARY KEY) WITHOUT ROWID', null, null],
  ['t(rowid)', null, '_rowid_'],
  ['t(ROWID, _Rowid_)', null, 'oid'],
  ['t(rowid, _rowid_, oid)', null, null],
  ['t(oid INTEGER PRIMARY KEY, rowid, _rowid_)', 'oid', null],
  ['t(rowid INTEGER PRIMARY KEY)', 'rowid', '_rowid_'],
  ['t(rowid PRIMARY KEY) WITHOUT ROWID', null, null],
])('CREATE TABLE %s has the rowid alias %p and the rowid name %p', (definition, alias, rowid) => {
  expect(tableOf(`CREATE TABLE ${definition}`)).toMatchObject({ rowidAlias: alias, rowid });
});

test.each<[string, string[], string[]]>([
  ['t(a, b)', ['rowid'], ['rowid', 'a', 'b']],
  ['t(id INTEGER PRIMARY KEY, b)', ['id'], ['id', 'b']],
  ['t(a, b, c, PRIMARY KEY(c, a)) WITHOUT ROWID', ['c', 'a'], ['a', 'b', 'c']],
  ['t(a, rowid)', ['_rowid_'], ['_rowid_', 'a', 'rowid']],
  ['t(oid INTEGER PRIMARY KEY, rowid, _rowid_)', ['oid'], ['oid', 'rowid', '_rowid_']],
  ['t(oid, rowid, _rowid_)', [], ['oid', 'rowid', '_rowid_']],
  ['t(a, s AS (a + 1) STORED, b, v AS (b))', ['rowid'], ['rowid', 'a', 'b']],
  ['t(a PRIMARY KEY, s AS (a + 1) STORED UNIQUE) WITHOUT ROWID', ['a'], ['a']],
])('CREATE TABLE %s has the key %j and the row %j', (definition, key, row) => {
  const table = tableOf(`CREATE TABLE ${definition}`);
  expect(keyColumns(table)).toEqual(key);
  expect(rowColumns(table)).toEqual(row);
});

test.each([
  ['CREATE TRIGGER x AFTER INSERT ON T BEGIN SELECT 1; END', 't'],
  ['CREATE TRIGGER x AFTER INSERT ON "T" BEGIN SELECT 1; END', 't'],
  ['CREATE TRIGGER x INSTEAD OF INSERT ON W BEGIN SELECT 1; END', 'w'],
  ['CREATE TRIGGER x AFTER INSERT ON ÄB BEGIN SELECT 1; END', 'Äb'],
  ['CREATE INDEX x ON T(a)', 't'],
])('%s belongs to %s, by its own name', (sql, table) => {
  const { objects } = schemaOf(
    `CREATE TABLE t(a); CREATE VIEW w AS SELECT a FROM t; CREATE TABLE "Äb"(a); CREATE TABLE "äb"(a); ${sql}`,
  );
  expect(objects.at(-1)).toMatchObject({ name: 'x', table, sql });
});

test.each<[string, string[]]>([
  ['CREATE TABLE t(a, b)', []],
  ['CREATE TABLE t(id INTEGER PRIMARY KEY, b)', ['id']],
  ['CREATE TABLE t(a PRIMARY KEY, b UNIQUE, c)', ['a', 'b']],
  ['CREATE TABLE t(a, b, c, UNIQUE(a, b))', ['a', 'b']],
  ['CREATE TABLE t(a, b); CREATE INDEX i ON t(a)', []],
  ['CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(b)', ['b']],
  ['CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(lower(b))', ['*']],
  ['CREATE TABLE t(a, b); CREATE UNIQUE INDEX i ON t(a) WHERE b', ['*']],
  ['CREATE TABLE t(a, g AS (a + 1) UNIQUE)', ['*']],
  ['CREATE TABLE t(a PRIMARY KEY, b, c) WITHOUT ROWID', ['a']],
  ['CREATE TABLE t(a, b); CREATE TABLE u(x UNIQUE)', []],
])('%s: uniqueness covers %j', (sql, columns) => {
  expect([...tableOf(sql).uniqueColumns].sort()).toEqual(columns);
});

test.each<[string, string[]]>([
  ['t(id INTEGER PRIMARY KEY COLLATE NOCASE)', ['x."id"']],
  ['t(k TEXT PRIMARY KEY) WITHOUT ROWID', ['x."k"']],
  ['t(k TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID', ['x."k" COLLATE "NOCASE"']],
  ['t(k COLLATE NOCASE, PRIMARY KEY(k COLLATE BINARY)) WITHOUT ROWID', ['x."k" COLLATE "BINARY"']],
  [
    't(a, b COLLATE RTRIM, PRIMARY KEY(b, a)) WITHOUT ROWID',
    ['x."b" COLLATE "RTRIM"', 'x."a" COLLATE "BINARY"'],
  ],
])('CREATE TABLE %s is looked up by %j', (definition, terms) => {
  expect(keyTerms(tableOf(`CREATE TABLE ${definition}`), 'x.')).toEqual(terms);
});

test('lists objects in the order of their making, and nothing of SQLite itself', () => {
  const { objects } = schemaOf(`
    CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT, u UNIQUE);
    CREATE VIEW v AS SELECT 1;
    CREATE TABLE sqlitish(x);
    CREATE TRIGGER v_i INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
    CREATE INDEX a ON B(u);
    ANALYZE`);
  expect(objects).toEqual([
    {
      type: 'table',
      name: 'b',
      table: 'b',
      sql: 'CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT, u UNIQUE)',
    },
    { type: 'view', name: 'v', table: 'v', sql: 'CREATE VIEW v AS SELECT 1' },
    { type: 'table', name: 'sqlitish', table: 'sqlitish', sql: 'CREATE TABLE sqlitish(x)' },
    {
      type: 'trigger',
      name: 'v_i',
      table: 'v',
      sql: 'CREATE TRIGGER v_i INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
    },
    { type: 'index', name: 'a', table: 'b', sql: 'CREATE INDEX a ON B(u)' },
  ]);
});

test('tells virtual tables and their shadows from tables', () => {
  const { tables } = schemaOf(`
    CREATE VIRTUAL TABLE f USING fts5(x); CREATE TABLE f_mine(x); CREATE TABLE t(a); CREATE TABLE w(a PRIMARY KEY) WITHOUT ROWID`);
  const kinds = Object.fromEntries(
    [...tables].map(([name, { kind, withoutRowid }]) => [name, [kind, withoutRowid]]),
  );
  expect(kinds).toEqual({
    f: ['virtual', false],
    f_data: ['shadow', false],
    f_idx: ['shadow', true],
    f_content: ['shadow', false],
    f_docsize: ['shadow', false],
    f_config: ['shadow', true],
    f_mine: ['rowid', false],
    t: ['rowid', false],
    w: ['without-rowid', true],
  });
  expect(keyColumns(tables.get('f_config') as Table)).toEqual(['k']);
});

test('reads what is outside of all tables, and of a database that is attached', () => {
  using(new Database(':memory:'), (db) => {
    db.exec(`PRAGMA encoding = 'UTF-16be'; CREATE TABLE t(a); PRAGMA user_version = -3; PRAGMA application_id = 7;
      ATTACH ':memory:' AS other; CREATE TABLE other.u(p REFERENCES p, q REFERENCES q(x)); CREATE TABLE other.t(a, b)`);
    expect(readSchema(db)).toMatchObject({ encoding: 'UTF-16be', userVersion: -3, applicationId: 7 });
    const { tables } = readSchema(db, 'other');
    expect([...tables.keys()].sort()).toEqual(['t', 'u']);
    expect(tables.get('t')?.columns.map((c) => c.name)).toEqual(['a', 'b']);
    expect([...(tables.get('u')?.parents ?? [])].sort()).toEqual(['p', 'q']);
  });
});

test('reads a column as it was declared', () => {
  const plain = { primaryKey: 0, keyCollation: null, generated: false, notNull: false, defaultValue: null };
  expect(
    tableOf(
      'CREATE TABLE t(a TEXT COLLATE NOCASE DEFAULT 5, b VARCHAR(10) PRIMARY KEY, c, g AS (a)) WITHOUT ROWID',
    ).columns,
  ).toEqual([
    { name: 'a', type: 'TEXT', ...plain, defaultValue: '5' },
    { name: 'b', type: 'VARCHAR(10)', ...plain, primaryKey: 1, keyCollation: 'BINARY', notNull: true },
    { name: 'c', type: '', ...plain },
    { name: 'g', type: '', ...plain, generated: true },
  ]);
});
