import Database from 'better-sqlite3';
import { hasOwnCollations, keyOperand } from './key-terms';
import { readSchema } from './schema';

/**
 * Returns the plan and the number of rows of a search for `('a', 'b')` among the rows `('A', 'b')`, `('a', 'B')` and
 * `('c', 'd')`.
 */
function found(columns: string): { plan: string; rows: unknown; isOwn: boolean } {
  const db = new Database(':memory:');
  db.exec(
    `CREATE TABLE t(${columns}) WITHOUT ROWID; INSERT OR IGNORE INTO t VALUES('A', 'b'), ('a', 'B'), ('c', 'd')`,
  );
  const table = readSchema(db).tables.get('t');
  if (table === undefined) throw new Error('No table');
  const query = `FROM t WHERE ${keyOperand(table)} IN (SELECT value->>0, value->>1 FROM json_each('[["a", "b"]]'))`;
  const plan = db.prepare(`EXPLAIN QUERY PLAN SELECT 1 ${query}`).all() as { detail: string }[];
  const rows = db.prepare(`SELECT count(*) ${query}`).pluck().get();
  db.close();
  return { plan: plan[0]?.detail ?? '', rows, isOwn: hasOwnCollations(table) };
}

const SEARCH = 'SEARCH t USING PRIMARY KEY (a=? AND b=?)';

test.each([
  ['a TEXT, b TEXT, PRIMARY KEY(a, b)', 0],
  ['a TEXT COLLATE NOCASE, b TEXT, PRIMARY KEY(a, b)', 1],
  ['a TEXT, b TEXT COLLATE "nocase", CONSTRAINT "collate" PRIMARY KEY(a, b)', 1],
  ['a TEXT COLLATE NOCASE, b TEXT COLLATE NOCASE, /* PRIMARY KEY(a COLLATE BINARY) */ PRIMARY KEY (a, b)', 1],
])('keys of columns with their own collations are searched: %s', (columns, rows) => {
  const { plan, ...rest } = found(columns);
  expect(plan).toBe(SEARCH);
  expect(rest).toEqual({ rows, isOwn: true });
});

test.each([
  ['a TEXT COLLATE NOCASE, b TEXT COLLATE NOCASE, PRIMARY KEY(a COLLATE BINARY, b COLLATE BINARY)', 0],
  ['a TEXT, b TEXT, PRIMARY KEY(a COLLATE NOCASE, b)', 1],
  ['a TEXT COLLATE NOCASE, b TEXT, primary key ("a" collate BINARY, b)', 0],
])('keys with other collations than their columns find the same rows: %s', (columns, rows) => {
  expect(found(columns)).toMatchObject({ rows, isOwn: false });
});
