import Database from 'better-sqlite3';
import { using } from '../../sqlite/files/open';
import { runAtomically } from '../../sqlite/run-atomically';
import { readSchema } from '../../sqlite/schema/schema';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import { foundOrphans, guardForeignKeys, toOrphans } from './foreign-key-guards';
import { guard } from '../../sqlite/guard';
import { guardChanges, guardSchema } from './guards';

/** Returns the outcome of a guard after some SQL. */
function behind(sql: string, statement: Statement): TransactionOutcome {
  return using(new Database(':memory:'), (db) => {
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    return runAtomically(db, [statement]);
  });
}

const PASSES = { committed: true };
const FAILS = { committed: false, failed: 0 };

test.each([
  ['1 = 1', PASSES],
  ['1 = 2', FAILS],
  ['NULL', FAILS],
])('a guard of %s', (condition, outcome) => {
  expect(behind('', guard(condition))).toMatchObject(outcome);
});

test('a guard of a count knows the statement before', () => {
  using(new Database(':memory:'), (db) => {
    db.exec('CREATE TABLE t(v)');
    const insert = { sql: 'INSERT INTO t VALUES(1), (2)' };
    expect(runAtomically(db, [insert, guardChanges(3)])).toMatchObject({ committed: false, failed: 1 });
    expect(runAtomically(db, [insert, guardChanges(2)])).toEqual(PASSES);
  });
});

describe('a guard of definitions', () => {
  const SCHEMA = `CREATE TABLE t(a, "it's" TEXT); CREATE TABLE u(b); CREATE INDEX i ON t(a); CREATE VIEW v AS SELECT 1;
    CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;`;
  const expected = using(new Database(':memory:'), (db) => {
    db.exec(SCHEMA);
    return readSchema(db).objects.filter((o) => o.name !== 'u');
  });

  test.each([
    ['', PASSES],
    ['DROP TABLE u; CREATE TABLE y(z)', PASSES],
    ['CREATE INDEX more ON u(b); CREATE TRIGGER more AFTER INSERT ON u BEGIN SELECT 1; END', PASSES],
    ['DROP TRIGGER x', FAILS],
    ['DROP INDEX i', FAILS],
    ['DROP VIEW v; CREATE VIEW v AS SELECT 2', FAILS],
    ['ALTER TABLE t ADD COLUMN c', FAILS],
    ['ALTER TABLE t RENAME TO t2', FAILS],
    ['CREATE TRIGGER more AFTER INSERT ON t BEGIN SELECT 1; END', FAILS],
    ['CREATE TRIGGER more INSTEAD OF INSERT ON v BEGIN SELECT 1; END', FAILS],
    ['CREATE TRIGGER more INSTEAD OF INSERT ON "V" BEGIN SELECT 1; END', FAILS],
    ['CREATE TRIGGER more AFTER INSERT ON T BEGIN SELECT 1; END', FAILS],
    ['DROP TRIGGER x; CREATE TRIGGER x AFTER INSERT ON T BEGIN SELECT 1; END', FAILS],
    ['CREATE INDEX more ON T(a)', FAILS],
  ])('after %j', (sql, outcome) => {
    expect(
      behind(`${SCHEMA}${sql}`, guardSchema(expected, { untriggered: ['t', 'v'], unindexed: ['t'] })),
    ).toMatchObject(outcome);
  });
});

describe('a guard of foreign keys', () => {
  const SCHEMA = `CREATE TABLE p(id INTEGER PRIMARY KEY, code UNIQUE);
    CREATE TABLE "c's"(id INTEGER PRIMARY KEY, a REFERENCES p, b REFERENCES p(code));
    CREATE TABLE w(k PRIMARY KEY, a REFERENCES p) WITHOUT ROWID;`;
  const check = (table: string, sql: string, known: [bigint | null, bigint][] = []): TransactionOutcome =>
    behind(
      SCHEMA + sql,
      guardForeignKeys({
        table,
        rowid: 'id',
        violations: known.map(([rowid, key]) => ({ rowid, parent: 'p', key })),
      }),
    );
  const found = (outcome: TransactionOutcome): unknown =>
    foundOrphans(outcome.committed ? '' : outcome.message);

  test('passes where every row has its parent', () => {
    expect(
      check("c's", `INSERT INTO p VALUES(1, 'x'); INSERT INTO "c's" VALUES(1, 1, 'x'), (2, NULL, NULL)`),
    ).toEqual(PASSES);
  });

  test('names the rows that lack it', () => {
    const outcome = check("c's", `INSERT INTO "c's" VALUES(-5, 1, NULL), (9223372036854775807, 2, 'x')`);
    expect(found(outcome)).toEqual([
      { table: "c's", rowid: -5n, parent: 'p', key: 1, rows: 1 },
      { table: "c's", rowid: 9223372036854775807n, parent: 'p', key: 0, rows: 1 },
      { table: "c's", rowid: 9223372036854775807n, parent: 'p', key: 1, rows: 1 },
    ]);
  });

  test('names no more than ten thousand', () => {
    const rows = Array.from({ length: 10_100 }, (_, i) => `(${i}, 1, NULL)`);
    expect(found(check("c's", `INSERT INTO "c's" VALUES ${rows.join()}`))).toHaveLength(10_000);
  });

  test('knows those that are meant, key by key', () => {
    const rows = `INSERT INTO "c's" VALUES(1, 1, 'x')`;
    expect(
      check("c's", rows, [
        [1n, 0n],
        [1n, 1n],
      ]),
    ).toEqual(PASSES);
    expect(found(check("c's", rows, [[1n, 0n]]))).toEqual([
      { table: "c's", rowid: 1n, parent: 'p', key: 1, rows: 1 },
    ]);
    expect(
      found(
        check("c's", rows, [
          [2n, 0n],
          [2n, 1n],
        ]),
      ),
    ).toHaveLength(2);
  });

  test('counts the rows of a table without rowids', () => {
    const rows = `INSERT INTO w VALUES('a', 1), ('b', 1)`;
    expect(
      check('w', rows, [
        [null, 0n],
        [null, 0n],
      ]),
    ).toEqual(PASSES);
    expect(
      check('w', rows, [
        [null, 0n],
        [null, 0n],
        [null, 0n],
      ]),
    ).toEqual(PASSES);
    expect(found(check('w', rows, [[null, 0n]]))).toEqual([
      { table: 'w', rowid: null, parent: 'p', key: 0, rows: 1 },
    ]);
  });
});

test('finds no violations in the messages of other errors', () => {
  expect(foundOrphans('UNIQUE constraint failed: t.a')).toEqual([]);
  expect(foundOrphans('foreign-key-violations:')).toEqual([]);
});

test.each([
  '[[',
  '[[1]]',
  '[["t","1","p"]]',
  '[["t","x","p",0]]',
  '[["t","1","p",0.5]]',
  '[[null,"1","p",0],["t"]]',
  '[null]]',
])('finds none in a message that a server has shortened or made up: %s', (rows) =>
  expect(foundOrphans(`no such path: foreign-key-violations:${rows} and more`)).toEqual([]),
);

test.each([
  ['table', [null, '1', 'p', 0n, 1n]],
  ['rowid', ['t', 'x', 'p', 0n, 1n]],
  ['rowid', ['t', 1n, 'p', 0n, 1n]],
  ['parent', ['t', '1', 2n, 0n, 1n]],
  ['number of the key', ['t', '1', 'p', '0', 1n]],
  ['count', ['t', '1', 'p', 0n]],
])('refuses a row of orphans with an invalid %s', (_, row) => {
  expect(() => toOrphans(row as never)).toThrow(
    expect.objectContaining({ code: 'REMOTE_NOT_LIBSQL' }) as Error,
  );
});
