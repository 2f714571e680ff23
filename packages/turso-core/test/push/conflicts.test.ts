import type { Conflict } from '../../src/apply/conflict';
import { play, type Story } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const BASE = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b, u TEXT UNIQUE);
  CREATE TABLE w(k TEXT, n INTEGER, v, PRIMARY KEY(k, n)) WITHOUT ROWID;
  CREATE TABLE s(id INTEGER PRIMARY KEY, x, y, UNIQUE(x, y));
  CREATE TABLE empty(v);
  CREATE INDEX t_a ON t(a);
  CREATE VIEW v AS SELECT a FROM t;
  INSERT INTO t VALUES(1, 'a', 1, 'x'), (2, 'b', 2, 'y'), (3, 'c', 3, 'z');
  INSERT INTO w VALUES('k', 1, 'one'), ('k', 2, 'two');
  INSERT INTO s VALUES(1, 'x', 1);`;

const STORIES: readonly { what: string; story: Partial<Story>; conflicts: Partial<Conflict>[] }[] = [
  {
    what: 'other columns of the same row were changed',
    story: { edit: `UPDATE t SET a = 'local' WHERE id = 1`, remote: 'UPDATE t SET b = 9 WHERE id = 1' },
    conflicts: [
      {
        kind: 'update/update',
        table: 't',
        key: { id: 1n },
        columns: ['a', 'b'],
        old: { id: 1n, a: 'a', b: 1n, u: 'x' },
        local: { id: 1n, a: 'local', b: 1n, u: 'x' },
        remote: { id: 1n, a: 'a', b: 9n, u: 'x' },
      },
    ],
  },
  {
    what: 'only the storage class of a value was changed',
    story: { edit: `UPDATE t SET a = 'local' WHERE id = 1`, remote: 'UPDATE t SET b = 1.0 WHERE id = 1' },
    conflicts: [{ kind: 'update/update', table: 't', key: { id: 1n }, columns: ['a', 'b'] }],
  },
  {
    what: 'only the letter case of a value was changed, to which its column is blind',
    story: {
      base: `CREATE TABLE blind(id INTEGER PRIMARY KEY, a COLLATE NOCASE, b); INSERT INTO blind VALUES(1, 'a', 1), (2, 'b', 2)`,
      edit: 'UPDATE blind SET b = 9 WHERE id = 1; DELETE FROM blind WHERE id = 2',
      remote: 'UPDATE blind SET a = upper(a)',
    },
    conflicts: [
      { kind: 'delete/update', table: 'blind', key: { id: 2n } },
      { kind: 'update/update', table: 'blind', key: { id: 1n }, columns: ['a', 'b'] },
    ],
  },
  {
    what: 'a number was changed that reads the same in fifteen digits, next to text that is none',
    story: {
      base: `CREATE TABLE mixed(id INTEGER PRIMARY KEY, v, b);
        INSERT INTO mixed VALUES(1, CAST(x'ff' AS TEXT), 0), (2, 0.1 + 0.2, x'00'), (3, CAST(x'fe' AS TEXT), 0)`,
      edit: `UPDATE mixed SET b = x'01'`,
      remote: 'UPDATE mixed SET v = 0.3 WHERE id = 2',
    },
    conflicts: [{ kind: 'update/update', table: 'mixed', key: { id: 2n }, columns: ['v', 'b'] }],
  },
  {
    what: 'the smallest integer became the real number that equals it',
    story: {
      base: `CREATE TABLE small(id INTEGER PRIMARY KEY, v INTEGER, b TEXT);
        INSERT INTO small VALUES(1, -9223372036854775808, 'x'), (2, -9223372036854775808, 'y')`,
      edit: `UPDATE small SET b = 'z' WHERE id = 1; DELETE FROM small WHERE id = 2`,
      remote: 'UPDATE small SET v = -9223372036854775808.0',
    },
    conflicts: [
      { kind: 'delete/update', table: 'small', key: { id: 2n }, columns: ['v'] },
      { kind: 'update/update', table: 'small', key: { id: 1n }, columns: ['v', 'b'] },
    ],
  },
  {
    what: 'only the sign of a zero was changed',
    story: {
      base: `CREATE TABLE z(id INTEGER PRIMARY KEY, v, b BLOB, n INT); INSERT INTO z VALUES(1, 0.0, -0.0, 0), (2, -0.0, 0.0, 0), (3, 0.0, 0, 0);
        CREATE TABLE s(id INTEGER PRIMARY KEY, v ANY, n INT) STRICT; INSERT INTO s VALUES(1, 0.0, 0)`,
      edit: 'UPDATE z SET n = 1 WHERE id < 3; DELETE FROM z WHERE id = 3; UPDATE s SET n = 1',
      remote:
        'UPDATE z SET v = -0.0 WHERE id = 1; UPDATE z SET b = -0.0 WHERE id = 2; UPDATE z SET v = -0.0 WHERE id = 3; UPDATE s SET v = -0.0',
    },
    conflicts: [
      { kind: 'update/update', table: 's', key: { id: 1n }, columns: ['v', 'n'] },
      { kind: 'delete/update', table: 'z', key: { id: 3n }, columns: ['v'] },
      { kind: 'update/update', table: 'z', key: { id: 1n }, columns: ['v', 'n'] },
      { kind: 'update/update', table: 'z', key: { id: 2n }, columns: ['b', 'n'] },
    ],
  },
  {
    what: 'a deleted row was changed',
    story: { edit: 'DELETE FROM t WHERE id < 3', remote: 'UPDATE t SET b = NULL WHERE id = 2' },
    conflicts: [
      {
        kind: 'delete/update',
        table: 't',
        key: { id: 2n },
        columns: ['b'],
        local: null,
        remote: { id: 2n, a: 'b', b: null, u: 'y' },
      },
    ],
  },
  {
    what: 'rows were changed, deleted and added in several tables',
    story: {
      edit: `UPDATE t SET a = 'local'; UPDATE w SET v = 'local'; INSERT INTO w VALUES('new', 1, 'local')`,
      remote: `DELETE FROM t WHERE id = 3; DELETE FROM w WHERE n = 2; INSERT INTO w VALUES('new', 1, 'remote')`,
    },
    conflicts: [
      { kind: 'update/delete', table: 't', key: { id: 3n }, remote: null },
      { kind: 'update/delete', table: 'w', key: { k: 'k', n: 2n }, remote: null },
      { kind: 'insert/insert', table: 'w', key: { k: 'new', n: 1n }, columns: ['v'] },
    ],
  },
  {
    what: 'a value that has to be unique was taken, by an added row',
    story: {
      edit: `INSERT INTO t(id, u) VALUES(7, 'new'), (8, 'fine')`,
      remote: `INSERT INTO t(id, u) VALUES(9, 'new')`,
    },
    conflicts: [
      {
        kind: 'unique',
        table: 't',
        key: { id: 7n },
        columns: ['u'],
        old: null,
        local: { id: 7n, a: null, b: null, u: 'new' },
        remote: { id: 9n, a: null, b: null, u: 'new' },
      },
    ],
  },
  {
    what: 'a value that has to be unique was taken, by a changed row',
    story: { edit: `UPDATE t SET u = 'new' WHERE id = 1`, remote: `UPDATE t SET u = 'new' WHERE id = 2` },
    conflicts: [
      {
        kind: 'unique',
        table: 't',
        key: { id: 1n },
        columns: ['u'],
        old: { id: 1n, a: 'a', b: 1n, u: 'x' },
        local: { id: 1n, a: 'a', b: 1n, u: 'new' },
        remote: { id: 2n, a: 'b', b: 2n, u: 'new' },
      },
    ],
  },
  {
    what: 'several columns have to be unique together',
    story: { edit: `INSERT INTO s VALUES(2, 'x', 2)`, remote: `INSERT INTO s VALUES(3, 'x', 2)` },
    conflicts: [
      { kind: 'unique', table: 's', key: { id: 2n }, columns: ['x', 'y'], remote: { id: 3n, x: 'x', y: 2n } },
    ],
  },
  {
    what: 'a new unique index does not fit the rows there',
    story: { edit: 'CREATE UNIQUE INDEX t_b ON t(b)', remote: 'UPDATE t SET b = 1' },
    conflicts: [
      {
        ...{ kind: 'unique', table: 't', key: null, columns: ['b'] },
        message: 'Rows on the remote do not fit your new index "t_b": UNIQUE constraint failed: t.b.',
      },
    ],
  },
  {
    what: 'a new unique index over an expression does not fit the rows there',
    story: { edit: 'CREATE UNIQUE INDEX t_b ON t(b + 1)', remote: 'UPDATE t SET b = 1' },
    conflicts: [
      { kind: 'unique', key: null, columns: [], message: expect.stringContaining('t_b') as string },
    ],
  },
  {
    what: 'an expression of a new index cannot take a value there',
    story: {
      edit: 'CREATE INDEX t_j ON t(json_type(u)) WHERE id > 3',
      remote: `INSERT INTO t(id, u) VALUES(9, '{')`,
    },
    conflicts: [
      {
        ...{ kind: 'schema', table: 't', key: null },
        message: 'Rows on the remote do not fit your new index "t_j": malformed JSON.',
      },
    ],
  },
  {
    what: 'a changed table was altered',
    story: { edit: `UPDATE t SET a = 'local' WHERE id = 1`, remote: 'ALTER TABLE t ADD COLUMN c' },
    conflicts: [{ kind: 'schema', table: 't', message: 'table "t" was changed on the remote.' }],
  },
  {
    what: 'a changed table was dropped',
    story: { edit: `UPDATE s SET x = 'local'`, remote: 'DROP TABLE s' },
    conflicts: [{ kind: 'schema', table: 's', message: 'table "s" was dropped on the remote.' }],
  },
  {
    what: 'a dropped table was altered',
    story: { edit: 'DROP TABLE empty', remote: 'ALTER TABLE empty ADD COLUMN c' },
    conflicts: [{ kind: 'schema', table: 'empty', message: 'table "empty" was changed on the remote.' }],
  },
  {
    what: 'a dropped table got a row',
    story: { edit: 'DROP TABLE s', remote: `INSERT INTO s VALUES(5, 'theirs', 5)` },
    conflicts: [
      { kind: 'schema', table: 's', message: 'You dropped this table, and a row was added on the remote.' },
    ],
  },
  {
    what: 'a dropped table that was empty got rows',
    story: { edit: 'DROP TABLE empty', remote: `INSERT INTO empty VALUES(1), (2)` },
    conflicts: [
      {
        kind: 'schema',
        table: 'empty',
        message: 'You dropped this table, and 2 rows were added on the remote.',
      },
    ],
  },
  {
    what: 'a row of a dropped table was changed',
    story: { edit: 'DROP TABLE s', remote: `UPDATE s SET x = 'theirs'` },
    conflicts: [{ kind: 'delete/update', table: 's', key: { id: 1n } }],
  },
  {
    what: 'a dropped index was changed',
    story: { edit: 'DROP INDEX t_a', remote: 'DROP INDEX t_a; CREATE INDEX t_a ON t(a, b)' },
    conflicts: [{ kind: 'schema', table: 't', message: 'index "t_a" was changed on the remote.' }],
  },
  {
    what: 'a changed view was changed in another way',
    story: {
      edit: 'DROP VIEW v; CREATE VIEW v AS SELECT 1',
      remote: 'DROP VIEW v; CREATE VIEW v AS SELECT 2',
    },
    conflicts: [{ kind: 'schema', table: 'v', message: 'view "v" was changed on the remote.' }],
  },
  {
    what: 'a table of the same name was made',
    story: { edit: 'CREATE TABLE fresh(a)', remote: 'CREATE TABLE fresh(b)' },
    conflicts: [
      { kind: 'schema', table: 'fresh', message: 'table "fresh" was made in another way on the remote.' },
    ],
  },
  {
    what: 'a table whose name has another letter case was made',
    story: { edit: 'CREATE TABLE fresh(a)', remote: 'CREATE TABLE Fresh(a)' },
    conflicts: [
      { kind: 'schema', table: 'fresh', message: 'table "fresh" was made in another way on the remote.' },
    ],
  },
  {
    what: 'something else of the same name was made',
    story: { edit: 'CREATE TABLE fresh(a)', remote: 'CREATE VIEW fresh AS SELECT 1' },
    conflicts: [{ kind: 'schema', table: 'fresh' }],
  },
  {
    what: 'a table that gets an index was altered',
    story: { edit: 'CREATE INDEX s_x ON s(x)', remote: 'ALTER TABLE s RENAME COLUMN x TO z' },
    conflicts: [{ kind: 'schema', table: 's', message: 'table "s" was changed on the remote.' }],
  },
  {
    what: 'a table that gets a trigger was dropped',
    story: { edit: 'CREATE TRIGGER s_i AFTER INSERT ON s BEGIN SELECT new.x; END', remote: 'DROP TABLE s' },
    conflicts: [{ kind: 'schema', table: 's', message: 'table "s" was dropped on the remote.' }],
  },
  {
    what: 'a dropped view got a trigger',
    story: {
      edit: 'DROP VIEW v',
      remote: 'CREATE TRIGGER theirs INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
    },
    conflicts: [{ kind: 'schema', table: 'v', message: 'trigger "theirs" was added on the remote.' }],
  },
  {
    what: 'user_version was set to something else',
    story: { edit: 'PRAGMA user_version = 2', remote: 'PRAGMA user_version = 3' },
    conflicts: [{ kind: 'schema', table: '', message: 'user_version was set to 3 on the remote.' }],
  },
  {
    what: 'rules of the table forbid rows, one of them a rule with a name',
    story: {
      edit: `CREATE TABLE checked(k TEXT PRIMARY KEY, "n m" NOT NULL, CONSTRAINT "a ""rule""" CHECK (length("n m") < (2 + 1)));
             PRAGMA ignore_check_constraints = ON; INSERT INTO checked VALUES ('x', 'ok'), ('y', 'long'), ('z', 'longer')`,
    },
    conflicts: ['y', 'z'].map((k) => ({
      kind: 'check',
      table: 'checked',
      key: { k },
      message: 'A rule of the remote forbids a row: a "rule".',
    })),
  },
  {
    what: 'a rule of the table forbids the last of many rows',
    story: {
      edit: `CREATE TABLE checked(n CHECK(n < 1000)); PRAGMA ignore_check_constraints = ON;
             WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 1000) INSERT INTO checked SELECT n FROM i;
             UPDATE t SET a = 'local'; DELETE FROM w`,
    },
    conflicts: [
      {
        kind: 'check',
        table: 'checked',
        key: { rowid: 1000n },
        local: { rowid: 1000n, n: 1000n },
        message: expect.stringContaining('n < 1000') as string,
      },
    ],
  },
];

describe.each(ADAPTERS)('is a conflict and changes nothing, over %s, when', (_, serve) => {
  test.each(STORIES)('$what', ({ story, conflicts }) =>
    play(serve, { base: BASE, ...story }, async (scene) => {
      const before = await scene.bytes();
      expect(await scene.push()).toEqual({
        outcome: 'conflict',
        conflicts: conflicts.map((c) => expect.objectContaining(c) as unknown),
      });
      expect(await scene.bytes()).toEqual(before);
    }),
  );
});

describe.each(ADAPTERS)('is none, over %s, when', (_, serve) => {
  test.each([
    [
      'other rows and tables were changed',
      `UPDATE t SET a = 'theirs' WHERE id = 2; INSERT INTO s VALUES(5, 'n', 1)`,
    ],
    [
      'another table was altered, made, dropped',
      'ALTER TABLE w ADD COLUMN x; CREATE TABLE y(z); DROP TABLE empty',
    ],
    ['the changed table got an index', 'CREATE INDEX theirs ON t(b)'],
    ['the very same was done', `UPDATE t SET a = 'local' WHERE id = 1`],
  ])('%s', (_what, remote) =>
    play(serve, { base: BASE, edit: `UPDATE t SET a = 'local' WHERE id = 1`, remote }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      expect(await scene.query('SELECT a FROM t WHERE id = 1')).toEqual([['local']]);
    }),
  );
});
