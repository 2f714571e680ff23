import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, editDatabase, makeTempDir, removeTempDir } from '@turso-sync/testing';
import { RawText } from '../sqlite/values/values';
import { withDiff } from './diff';
import { CHANGE_KINDS, type Changeset } from './model';
import { isEmpty, summarize } from './summary';

const dir = makeTempDir('diff-');
afterAll(() => removeTempDir(dir));
const [base, work] = [join(dir, 'base.db'), join(dir, 'work.db')];

/** The difference that an edit makes. */
function diffOf<T>(sql: string, edit: string, read: (changeset: Changeset) => T): Promise<T> {
  buildDatabase(base, sql);
  copyFileSync(base, work);
  editDatabase(work, edit);
  return withDiff(base, work, read);
}

/** All changed rows, by table and kind. */
function rowsOf({ tables }: Changeset): unknown {
  return Object.fromEntries(
    tables.map((t) => [t.table.name, CHANGE_KINDS.flatMap((kind) => [...t.rows(kind)])]),
  );
}

describe('finds nothing', () => {
  test.each([
    ['in an untouched database', 'SELECT 1'],
    [
      'where rows were written as they were',
      `UPDATE t SET v = v; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES(1, 'a', 1.0)`,
    ],
    ['where an index was recreated', 'DROP INDEX i; CREATE INDEX i ON t(v)'],
    ['where pages were moved', 'VACUUM'],
    ['where statistics were gathered', 'ANALYZE'],
    ['where a full-text index was rebuilt without a change', `INSERT INTO f(f) VALUES('integrity-check')`],
  ])('%s', async (_, edit) => {
    const sql = `CREATE TABLE t(id INTEGER PRIMARY KEY, v, r REAL); CREATE INDEX i ON t(v); CREATE VIRTUAL TABLE f USING fts5(x);
      INSERT INTO t VALUES(1, 'a', 1.0), (2, 'b', 2.5); INSERT INTO f VALUES('x')`;
    expect(await diffOf(sql, edit, (changeset) => isEmpty(summarize(changeset)))).toBe(true);
  });
});

test('finds rows by their key, and the columns that differ', async () => {
  const sql = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z')`;
  const edit = `UPDATE t SET a = 1.0 WHERE id = 1; UPDATE t SET id = 20 WHERE id = 2; DELETE FROM t WHERE id = 3`;
  expect(await diffOf(sql, edit, rowsOf)).toEqual({
    t: [
      { kind: 'delete', old: [2n, 2n, 'y'] },
      { kind: 'delete', old: [3n, 3n, 'z'] },
      { kind: 'update', old: [1n, 1n, 'x'], new: [1n, 1, 'x'], changed: [1] },
      { kind: 'insert', new: [20n, 2n, 'y'] },
    ],
  });
});

test.each(['INTEGER', 'NUMERIC', 'DATE', 'ANY', ''])(
  'tells the smallest integer from the real number that equals it, as %j',
  async (type) => {
    const sql = `CREATE TABLE t(id INTEGER PRIMARY KEY, v ${type}); INSERT INTO t VALUES(1, -9223372036854775808), (2, 1)`;
    const edit = 'UPDATE t SET v = -9223372036854775808.0 WHERE id = 1; UPDATE t SET v = v + 0 WHERE id = 2';
    expect(await diffOf(sql, edit, rowsOf)).toEqual({
      t: [{ kind: 'update', old: [1n, -(2n ** 63n)], new: [1n, -(2 ** 63)], changed: [1] }],
    });
  },
);

test('pairs rows as their key compares, and sees every byte of it that differs', async () => {
  const sql = `CREATE TABLE t(k COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES('a', 1), (1, 2), (0.0, 3);
    CREATE TABLE m(k COLLATE NOCASE, v, PRIMARY KEY(k COLLATE BINARY)) WITHOUT ROWID; INSERT INTO m VALUES('a', 1), ('A', 2)`;
  const edit = `UPDATE t SET k = 'A' WHERE k = 'a'; UPDATE t SET k = 1.0 WHERE k = 1; UPDATE t SET k = -0.0 WHERE k = 0.0;
    UPDATE m SET v = 3 WHERE k COLLATE BINARY = 'A'`;
  expect(await diffOf(sql, edit, rowsOf)).toEqual({
    t: [
      { kind: 'update', old: [0, 3n], new: [-0, 3n], changed: [0] },
      { kind: 'update', old: [1n, 2n], new: [1, 2n], changed: [0] },
      { kind: 'update', old: ['a', 1n], new: ['A', 1n], changed: [0] },
    ],
    m: [{ kind: 'update', old: ['A', 2n], new: ['A', 3n], changed: [1] }],
  });
});

test.each([
  ['UTF-8', 'ff61', 'ff62'],
  ['UTF-16le', '00d84100', '00d84200'],
  ['UTF-16be', 'd8000041', 'd8000042'],
])('reads text that is not valid %s as its bytes', async (encoding, before, after) => {
  const sql = `PRAGMA encoding = '${encoding}'; CREATE TABLE t(id INTEGER PRIMARY KEY, v, w);
    INSERT INTO t VALUES(1, CAST(x'${before}' AS TEXT), 'é')`;
  const raw = (hex: string): RawText => new RawText(Buffer.from(hex, 'hex'));
  const edit = `UPDATE t SET v = CAST(x'${after}' AS TEXT)`;
  expect(await diffOf(sql, edit, rowsOf)).toEqual({
    t: [{ kind: 'update', old: [1n, raw(before), 'é'], new: [1n, raw(after), 'é'], changed: [1] }],
  });
});

test('drops dependents first, and creates them last', async () => {
  const sql = `CREATE TABLE t(a); CREATE VIEW v AS SELECT a FROM t; CREATE INDEX i ON t(a);
    CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END`;
  const edit = `DROP VIEW v; DROP TABLE t; CREATE VIEW v2 AS SELECT 1; CREATE TABLE t2(a); CREATE INDEX i2 ON t2(a);
    CREATE TRIGGER x2 AFTER INSERT ON t2 BEGIN SELECT 1; END; CREATE TABLE t3(a)`;
  const order = await diffOf(sql, edit, (c) =>
    c.schema.map(({ action, object }) => `${action} ${object.name}`),
  );
  expect(order).toEqual([
    'drop x',
    'drop v',
    'drop i',
    'drop t',
    'create t2',
    'create t3',
    'create i2',
    'create v2',
    'create x2',
  ]);
});

test('relies on what it touches, drops or builds on, and on nothing else', async () => {
  const sql = `CREATE TABLE touched(a); CREATE INDEX touched_i ON touched(a);
    CREATE TRIGGER touched_x AFTER INSERT ON touched BEGIN SELECT 1; END;
    CREATE TABLE other(a); CREATE TRIGGER other_x AFTER INSERT ON other BEGIN SELECT 1; END;
    CREATE TABLE indexed(a); CREATE TRIGGER indexed_x AFTER INSERT ON indexed BEGIN SELECT 1; END;
    CREATE VIEW remade AS SELECT 1 AS a; CREATE TRIGGER remade_x INSTEAD OF INSERT ON remade BEGIN SELECT 1; END;
    CREATE VIEW kept AS SELECT 1 AS a; CREATE TRIGGER kept_x INSTEAD OF INSERT ON kept BEGIN SELECT 1; END;
    CREATE TABLE gone(a); CREATE INDEX gone_i ON gone(a)`;
  const edit = `INSERT INTO touched VALUES(1); CREATE INDEX new_i ON indexed(a); DROP TABLE gone;
    DROP VIEW remade; CREATE VIEW remade AS SELECT 2 AS a; CREATE TRIGGER remade_x INSTEAD OF INSERT ON remade BEGIN SELECT 1; END`;
  const names = await diffOf(sql, edit, (changeset) => changeset.expects.map((o) => o.name));
  expect(names.sort()).toEqual(['gone', 'gone_i', 'indexed', 'remade', 'remade_x', 'touched', 'touched_x']);
});

test('tells what cannot be carried to a server', async () => {
  const sql = 'CREATE TABLE t(a); PRAGMA application_id = 1';
  expect(await diffOf(sql, 'PRAGMA application_id = 2', (c) => c.notCarried)).toEqual(['application_id']);
});

test('an empty file is an empty database', async () => {
  writeFileSync(base, '');
  buildDatabase(work, 'CREATE TABLE t(a); INSERT INTO t VALUES(1)');
  expect(await withDiff(base, work, rowsOf)).toEqual({ t: [{ kind: 'insert', new: [1n, 1n] }] });
  expect(await withDiff(work, base, rowsOf)).toEqual({ t: [{ kind: 'delete', old: [1n, 1n] }] });
});

test('refuses a database of another encoding', async () => {
  buildDatabase(base, 'CREATE TABLE t(a)');
  buildDatabase(work, `PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(a)`);
  await expect(withDiff(base, work, rowsOf)).rejects.toMatchObject({
    code: 'UNSUPPORTED_CHANGE',
    message: expect.stringContaining('encoding') as string,
  });
});

test('writes nothing, neither into the databases nor beside them', async () => {
  buildDatabase(base, 'CREATE TABLE t(a)');
  buildDatabase(work, 'CREATE TABLE t(a); INSERT INTO t VALUES(1)');
  const state = (): unknown => [readdirSync(dir), readFileSync(base), readFileSync(work)];
  const before = state();
  await withDiff(base, work, rowsOf);
  expect(state()).toEqual(before);
});

describe('the text encoding', () => {
  test.each([
    ['UTF-8', 'UTF-16le'],
    ['UTF-16be', 'UTF-8'],
  ])('cannot be changed from %s to %s', async (from, to) => {
    buildDatabase(base, `PRAGMA encoding = '${from}'; CREATE TABLE t(a)`);
    buildDatabase(work, `PRAGMA encoding = '${to}'; CREATE TABLE t(a)`);
    await expect(withDiff(base, work, () => undefined)).rejects.toMatchObject({
      code: 'UNSUPPORTED_CHANGE',
      message: expect.stringContaining('encoding') as string,
      hint: expect.stringContaining('of the encoding of the base') as string,
    });
  });

  test('of an empty database is not carried, and its content is', async () => {
    buildDatabase(base, '');
    buildDatabase(work, `PRAGMA encoding = 'UTF-16le'; CREATE TABLE t(a); INSERT INTO t VALUES('é')`);
    const found = await withDiff(base, work, (c) => ({ not: c.notCarried, rows: rowsOf(c) }));
    expect(found).toEqual({ not: ['encoding'], rows: { t: [{ kind: 'insert', new: [1n, 'é'] }] } });
  });
});

describe('a new column without a DEFAULT is filled with the one value that all rows have', () => {
  const BASE = `CREATE TABLE t(a TEXT COLLATE NOCASE PRIMARY KEY, b); INSERT INTO t VALUES('x', 1), ('y', 2), ('z', 3)`;
  const rebuilt = (column: string, value: string): string =>
    `CREATE TABLE n(a TEXT COLLATE NOCASE PRIMARY KEY, b, ${column}); INSERT INTO n SELECT a, b, ${value} FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t;`;
  const filledIn = ({ schema, tables }: Changeset): unknown => ({
    filled: schema.map((c) => (c.action === 'alter' ? c.filled?.map((f) => f.value) : null)),
    rows: tables.map((t) => CHANGE_KINDS.map((kind) => t.count(kind))),
  });

  test.each<[string, string, unknown]>([
    ['text', rebuilt('c TEXT NOT NULL', `'it''s'`), "it's"],
    ['an integer', rebuilt('c NOT NULL', '-9223372036854775808'), -(2n ** 63n)],
    ['a blob', rebuilt('c BLOB NOT NULL', `x'00ff'`), new Uint8Array([0, 255])],
    ['a time', rebuilt('c NOT NULL DEFAULT CURRENT_TIMESTAMP', `'2026-01-01'`), '2026-01-01'],
    ['text with NUL', rebuilt('c NOT NULL', `'a' || char(0) || 'b'`), 'a\0b'],
  ])('%s', async (_, edit, value) => {
    expect(await diffOf(BASE, edit, filledIn)).toEqual({ filled: [[value]], rows: [] });
  });

  test('whatever the rows have that were added, changed and deleted', async () => {
    const edit = `${rebuilt('c NOT NULL', `'v'`)} INSERT INTO t VALUES('new', 4, 'other');
      UPDATE t SET b = 20 WHERE a = 'y'; DELETE FROM t WHERE a = 'z'`;
    expect(await diffOf(BASE, edit, filledIn)).toEqual({ filled: [['v']], rows: [[1, 1, 1]] });
  });

  test('and only rows that do not fit the definition are deleted', async () => {
    const edit = `CREATE TABLE n(a TEXT COLLATE NOCASE PRIMARY KEY, b CHECK (b <> 3), c NOT NULL);
      INSERT INTO n SELECT a, b, 'v' FROM t WHERE b <> 3; DROP TABLE t; ALTER TABLE n RENAME TO t`;
    const found = await diffOf(BASE, edit, (c) => ({ ...(filledIn(c) as object), of: rowsOf(c) }));
    expect(found).toEqual({
      filled: [['v']],
      rows: [[1, 0, 0]],
      of: { t: [{ kind: 'delete', old: [3n, 'z', 3n] }] },
    });
  });

  test.each([
    ['values differ', rebuilt('c NOT NULL', 'b')],
    ['values differ in letter case', rebuilt('c NOT NULL COLLATE NOCASE', `iif(b = 1, 'v', 'V')`)],
    ['kinds of values differ', rebuilt('c NOT NULL', `iif(b = 1, 1, '1')`)],
    ['it is a double, which versions of SQLite read differently', rebuilt('c NOT NULL', '0.1')],
    ['there are no rows any more', `DELETE FROM t; ${rebuilt('c NOT NULL', '1')}`],
  ])('unless %s', async (_, edit) => {
    expect(await diffOf(BASE, edit, filledIn)).toMatchObject({ filled: [undefined] });
  });
});

describe('a rename', () => {
  const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b CHECK (b > 0)); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1, 2, 3);
    CREATE TABLE child(t REFERENCES t(id)); CREATE VIEW v AS SELECT a FROM t`;
  const alterations = ({ schema }: Changeset): unknown[] =>
    schema.flatMap((c) => (c.action === 'alter' ? [[c.object.name, c.rebuilt, c.statements.length]] : []));

  test.each([
    ['of a column', 'ALTER TABLE t RENAME COLUMN b TO "new name"', [['t', false, 1]]],
    ['of a table', 'DROP TABLE child; ALTER TABLE t RENAME TO u', [['u', false, 1]]],
    [
      'of a table, and values',
      'DROP TABLE child; ALTER TABLE t RENAME TO u; UPDATE u SET a = 5',
      [['u', false, 1]],
    ],
  ])('%s costs no more than its statement', async (_, edit, wanted) => {
    expect(await diffOf(BASE, edit, alterations)).toEqual(wanted);
  });

  test.each([
    [
      'columns change places',
      'ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t RENAME COLUMN x TO b',
    ],
    [
      'a view that stays names the column',
      'DROP VIEW v; ALTER TABLE t RENAME COLUMN a TO x; CREATE VIEW v AS SELECT a FROM t',
    ],
    [
      'its text is another',
      'DROP TABLE t; CREATE TABLE t(id INTEGER PRIMARY KEY, c , b CHECK (b > 0)); INSERT INTO t VALUES(1, 2, 3)',
    ],
  ])('rebuilds a table where %s', async (_, edit) => {
    const found = await diffOf(BASE, edit, alterations);
    expect(found).toContainEqual(['t', true, expect.any(Number) as number]);
  });
});
