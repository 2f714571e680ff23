import Database from 'better-sqlite3';
import { runAtomically } from './run-atomically';

describe('a list of statements', () => {
  let db: Database.Database;
  beforeEach(() => {
    db = new Database(':memory:');
    db.exec(`CREATE TABLE t(id INTEGER PRIMARY KEY, v CHECK(v <> 'bad'));
      CREATE TRIGGER guard BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'not this one'); END`);
  });
  afterEach(() => db.close());

  const ids = (): unknown[] => db.prepare('SELECT id FROM t ORDER BY id').pluck().all();

  test('is carried out whole, with values and with queries in between', () => {
    const outcome = runAtomically(db, [
      { sql: 'INSERT INTO t VALUES(?, ?)', args: [2n ** 62n, 'a'] },
      { sql: 'SELECT json(iif(changes() = 1, 1, ?))', args: ['x'] },
      { sql: 'CREATE INDEX i ON t(v)' },
      { sql: 'INSERT INTO t VALUES(?, ?)', args: [2n, 'b'] },
    ]);
    expect(outcome).toEqual({ committed: true });
    expect(ids()).toEqual([2, 2 ** 62]);
  });

  test('of nothing is a transaction too', () => {
    expect(runAtomically(db, [])).toEqual({ committed: true });
  });

  test.each([
    ['a rule', `INSERT INTO t VALUES(2, 'bad')`, 'SQLITE_CONSTRAINT_CHECK', 'CHECK constraint failed'],
    ['a trigger that rolls back by itself', 'DELETE FROM t', 'SQLITE_CONSTRAINT_TRIGGER', 'not this one'],
    ['a mistake', 'INSERT INTO nowhere VALUES(1)', 'SQLITE_ERROR', 'no such table'],
    ['a guard', `SELECT json(iif(changes() = 7, '1', 'x'))`, 'SQLITE_ERROR', 'malformed JSON'],
  ])('leaves nothing where %s fails it', (_, sql, code, message) => {
    const outcome = runAtomically(db, [
      { sql: `INSERT INTO t VALUES(1, 'a')` },
      { sql: 'CREATE TABLE u(x)' },
      { sql },
      { sql: `INSERT INTO t VALUES(3, 'c')` },
    ]);
    expect(outcome).toEqual({
      committed: false,
      failed: 2,
      code,
      message: expect.stringContaining(message) as string,
    });
    expect(ids()).toEqual([]);
    expect(db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'u'`).pluck().get()).toBe(0);
    expect(runAtomically(db, [{ sql: `INSERT INTO t VALUES(9, 'z')` }])).toEqual({ committed: true });
  });
});
