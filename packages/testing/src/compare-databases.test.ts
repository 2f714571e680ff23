import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { buildDatabase } from './build-database';
import { loadCases } from './cases';
import { a, b, compareEdited, dir } from './compare/edited.fixture';
import { compareDatabases } from './compare-databases';

test.each(loadCases('push'))(
  '$name: a database built twice is equal, an edited one is not',
  ({ name, base, edit }) => {
    buildDatabase(a, base);
    buildDatabase(b, base);
    expect(compareDatabases(a, b)).toEqual([]);
    const differences = compareEdited(base, edit);
    if (name === '65-noop-rewrite') expect(differences).toEqual([]);
    else expect(differences).not.toEqual([]);
  },
);

describe('checks', () => {
  test('a foreign key that leads nowhere', () => {
    const base = 'CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p)';
    expect(compareEdited(base, 'INSERT INTO c VALUES(5)')).toEqual([
      'c: only in b: rowid 1, p=integer 5',
      'foreign_key_check: only in b: c rowid 1, key 0 to p',
    ]);
  });

  test('a CHECK that a row breaks', () => {
    const base = 'CREATE TABLE t(v CHECK(v<9)); INSERT INTO t VALUES(1)';
    const differences = compareEdited(base, 'PRAGMA ignore_check_constraints=ON; UPDATE t SET v=10');
    expect(differences).toContain('integrity_check: a ok, b CHECK constraint failed in t');
  });
});

test('ignoreTables leaves out a table with its indexes, triggers, sequence and broken keys', () => {
  const base = 'CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, p REFERENCES t); CREATE TABLE u(v)';
  const edit = `INSERT INTO t VALUES(1,8); CREATE INDEX i ON t(p); INSERT INTO u VALUES(1);
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END`;
  expect(compareEdited(base, edit, { ignoreTables: ['T'] })).toEqual(['u: only in b: rowid 1, v=integer 1']);
});

test('a write-ahead log is read, and neither file is touched', () => {
  buildDatabase(a, 'CREATE TABLE t(v)');
  copyFileSync(a, b);
  const db = new Database(b);
  db.exec('PRAGMA journal_mode=WAL; INSERT INTO t VALUES(1)');
  const files = () =>
    readdirSync(dir).map((file) => [file, readFileSync(join(dir, file)).toString('base64')]);
  const before = files();
  expect(before.map(([file]) => file)).toContain('b.db-wal');
  expect(compareDatabases(a, b)).toEqual(['t: only in b: rowid 1, v=integer 1']);
  expect(files()).toEqual(before);
  db.close();
});

test('a schema that stock SQLite refuses is compared by its text', () => {
  const vectors = `CREATE TABLE t(e); PRAGMA writable_schema=ON;
    INSERT INTO sqlite_schema VALUES('index','i','t',2,'CREATE INDEX i ON t(libsql_vector_idx(e))')`;
  expect(compareEdited(vectors, '')).toEqual([]);
  buildDatabase(a, 'CREATE TABLE t(e)');
  expect(compareDatabases(a, b)).toContain('index i: only in b');
});
