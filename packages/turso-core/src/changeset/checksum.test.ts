import { Database } from '../sqlite/files/sqlite';
import { readSchema } from '../sqlite/schema/schema';
import { checksumQueries, sha3Query } from './checksum';

/** More rows than fit in one query. */
const COUNT = 21;
const rows = (columns: string): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT}) SELECT ${columns} FROM n`;
const MANY = `CREATE TABLE chosen(id INTEGER PRIMARY KEY, v); INSERT INTO chosen ${rows('i * 3 - 30, i')};
  CREATE TABLE hidden(v); INSERT INTO hidden ${rows('i')};
  CREATE TABLE keyed(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO keyed ${rows("'k' || i, i")};
  CREATE TABLE bag(rowid, oid, _rowid_ COLLATE NOCASE); INSERT INTO bag ${rows("i % 3, NULL, 'v'")};
  CREATE TABLE few(id INTEGER PRIMARY KEY); INSERT INTO few VALUES (1);`;

describe('the checksums of tables with many rows', () => {
  const db = new Database(':memory:');
  let queries: readonly string[];
  const digests = (): string[] => queries.map((sql) => sha3Query(db, sql));

  beforeAll(() => {
    db.exec(MANY);
    queries = checksumQueries(db, readSchema(db), 10) ?? [];
  });
  afterAll(() => void db.close());

  test('are of pieces that hold each row once', () => {
    const count = (sql: string): number =>
      db.prepare(`SELECT count(*) FROM (${sql})`).pluck().get() as number;
    expect(queries.map(count).sort((x, y) => y - x)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 1, 1, 1, 1, 1]);
  });

  test.each([
    ['before the first', 'INSERT INTO chosen VALUES (-9223372036854775808, 1)'],
    ['between two pieces', 'INSERT INTO chosen VALUES (1, 1)'],
    ['behind the last', 'INSERT INTO chosen VALUES (9223372036854775807, 1)'],
    ['of a hidden rowid', 'INSERT INTO hidden VALUES (1)'],
    ['of a table whose rowid has no name', "INSERT INTO bag VALUES (1, NULL, 'v')"],
    ['in other letters', "UPDATE bag SET _rowid_ = 'V' WHERE rowid = 1"],
    ['of another key', "INSERT INTO keyed VALUES ('zzz', 1)"],
  ])('tell of a row %s', (_, sql) => {
    const before = digests();
    db.exec(`BEGIN; ${sql}`);
    const after = digests();
    db.exec('ROLLBACK');
    expect(after).not.toEqual(before);
    expect(digests()).toEqual(before);
  });
});
