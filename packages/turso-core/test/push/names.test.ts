import { expectArrivesOnce, play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** Names that a statement of ours uses itself, or that have to be quoted. */
const TABLES = [
  'r',
  't',
  'o',
  'n',
  'e',
  'k',
  'main',
  'before',
  'c0',
  'value',
  'changes',
  'json',
  'sqlitex',
  'a.b',
  '"',
  "'",
  'ü b',
];

const STORIES: readonly { what: string; base: string; edit: string }[] = [
  ...TABLES.map((name) => {
    const table = `"${name.replaceAll('"', '""')}"`;
    return {
      what: `a table called ${name}`,
      base: `CREATE TABLE ${table}(k, r, t, c0, value, UNIQUE(c0)); CREATE TABLE w(id PRIMARY KEY, "${name.replaceAll('"', '""')}") WITHOUT ROWID;
        INSERT INTO ${table} VALUES(1, 1, 1, 1, 1), (2, 2, 2, 2, 2), (3, 3, 3, 3, 3); INSERT INTO w VALUES(1, 1), (2, 2), (3, 3);`,
      edit: `UPDATE ${table} SET r = 'x' WHERE k = 1; UPDATE ${table} SET c0 = 'y' WHERE k = 2; DELETE FROM ${table} WHERE k = 3;
        INSERT INTO ${table} VALUES(4, 4, 4, 4, 4); UPDATE w SET ${table} = 'x' WHERE id = 1; DELETE FROM w WHERE id = 2; INSERT INTO w VALUES(4, x'00')`,
    };
  }),
  {
    what: 'tables whose names no file can have on Windows',
    base: `CREATE TABLE CON(k PRIMARY KEY, v); CREATE TABLE "NUL.db"(v); CREATE TABLE "a:b"(v); CREATE TABLE "x."(v);
      INSERT INTO CON VALUES(1, 1), (2, 2); INSERT INTO "NUL.db" VALUES(1); INSERT INTO "a:b" VALUES(1); INSERT INTO "x." VALUES(1)`,
    edit: `UPDATE CON SET v = 'x' WHERE k = 1; DELETE FROM CON WHERE k = 2; UPDATE "NUL.db" SET v = 2;
      INSERT INTO "a:b" VALUES(2); DROP TABLE "x."; CREATE TABLE "x./\\y?"(v); CREATE INDEX "aux" ON "a:b"(v)`,
  },
  {
    what: 'names of columns that the statements use themselves',
    base: `CREATE TABLE t("rowid" PRIMARY KEY, c0, c1, r, t, "key", value, "r.c0", "t.c0", "", o, n) WITHOUT ROWID;
      INSERT INTO t VALUES(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), (2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)`,
    edit: `UPDATE t SET c1 = 'a', "r.c0" = 'b', "" = 'c', t = x'01' WHERE "rowid" = 1; DELETE FROM t WHERE "rowid" = 2;
      INSERT INTO t VALUES(3, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)`,
  },
  {
    what: 'a rowid whose every name is taken, one of them by its alias',
    base: `CREATE TABLE t(oid INTEGER PRIMARY KEY, rowid, _rowid_); INSERT INTO t VALUES(1, 2, 3), (2, 3, 1), (3, 1, 2)`,
    edit: `UPDATE t SET rowid = 'x' WHERE oid = 1; DELETE FROM t WHERE oid = 2; INSERT INTO t VALUES(9, 9, 9)`,
  },
  {
    what: 'a table whose rowid has no name, when it is empty or unchanged',
    base: `CREATE TABLE gone(oid, rowid, _rowid_); CREATE TABLE kept(oid, rowid, _rowid_); INSERT INTO kept VALUES(1, 2, 3);
      CREATE TABLE t(v)`,
    edit: 'DROP TABLE gone; CREATE TABLE fresh(oid, rowid, _rowid_); INSERT INTO t VALUES(1)',
  },
  {
    what: 'a table whose name changes its letter case, with an index and a trigger',
    base: `CREATE TABLE list(a); CREATE INDEX i ON list(a); INSERT INTO list VALUES(1), (2);
      CREATE TRIGGER x AFTER INSERT ON list BEGIN DELETE FROM list; END`,
    edit: `DROP TABLE list; CREATE TABLE LIST(a); INSERT INTO LIST VALUES(3); CREATE INDEX i ON list(a);
      CREATE TRIGGER x AFTER INSERT ON list BEGIN DELETE FROM list; END`,
  },
  {
    what: 'a table that becomes a view, and a view that becomes a table',
    base: 'CREATE TABLE a(x); INSERT INTO a VALUES(1); CREATE VIEW b AS SELECT 1 AS x',
    edit: 'DROP TABLE a; CREATE VIEW a AS SELECT 1 AS x; DROP VIEW b; CREATE TABLE b(x); INSERT INTO b VALUES(1)',
  },
  {
    what: 'a renamed table',
    base: `CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE); CREATE INDEX i ON a(x, id);
      CREATE VIEW v AS SELECT x FROM a; INSERT INTO a(x) VALUES(1), (2); CREATE TABLE u(y); INSERT INTO u VALUES(1)`,
    edit: 'ALTER TABLE a RENAME TO b; INSERT INTO b(x) VALUES(3)',
  },
];

describe.each(ADAPTERS)('carries over %s', (_, serve) => {
  test.each(STORIES)('$what', (story) => play(serve, story, expectArrivesOnce));
});

test.each(ADAPTERS)('names of the SQL functions that it needs are refused, over %s', async (_, serve) => {
  for (const name of ['json_each', 'Pragma_Foreign_Key_Check', 'pragma_table_list']) {
    const story = { base: `CREATE TABLE "${name}"(a)`, edit: `INSERT INTO "${name}" VALUES(1)` };
    await play(serve, story, async (scene) => {
      await expect(scene.push()).rejects.toMatchObject({
        code: 'UNSUPPORTED_CHANGE',
        message: expect.stringContaining(name) as string,
      });
    });
    // Here, functions are called so that nothing hides them.
    await play(serve, { base: story.base, edit: 'PRAGMA application_id=7' }, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied', notCarried: ['application_id'] });
    });
  }
});
