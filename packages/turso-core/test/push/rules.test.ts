import { expectArrivesOnce, play, type Story } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

/** What a working copy may do under the rules of its tables, and a push has to do as well. */
const CARRIED: readonly (Story & { readonly what: string })[] = [
  {
    what: 'values handed around in a circle that an expression, a generated column or a condition makes unique',
    base: `
      CREATE TABLE e(id INTEGER PRIMARY KEY, v); CREATE UNIQUE INDEX e_v ON e(lower(v));
      CREATE TABLE g(id INTEGER PRIMARY KEY, v, d AS (v * 2) STORED UNIQUE);
      CREATE TABLE p(id INTEGER PRIMARY KEY, v, live); CREATE UNIQUE INDEX p_v ON p(v) WHERE live;
      INSERT INTO e VALUES(1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO g(id, v) VALUES(1, 1), (2, 2), (3, 3);
      INSERT INTO p VALUES(1, 'a', 1), (2, 'a', 0)`,
    edit: `
      UPDATE e SET v = NULL; UPDATE e SET v = 'B' WHERE id = 1; UPDATE e SET v = 'C' WHERE id = 2; UPDATE e SET v = 'A' WHERE id = 3;
      UPDATE g SET v = NULL; UPDATE g SET v = 2 WHERE id = 1; UPDATE g SET v = 3 WHERE id = 2; UPDATE g SET v = 1 WHERE id = 3;
      UPDATE p SET live = 0 WHERE id = 1; UPDATE p SET live = 1 WHERE id = 2`,
  },
  {
    what: 'keys handed around in a circle',
    base: `CREATE TABLE t(a, b, v, PRIMARY KEY(a DESC, b)) WITHOUT ROWID; INSERT INTO t VALUES(1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z');
      CREATE TABLE d(id INTEGER PRIMARY KEY DESC, v); INSERT INTO d VALUES(1, 'x'), (2, 'y'), (NULL, 'z')`,
    edit: `UPDATE t SET a = -a; UPDATE t SET a = 2 WHERE a = -1; UPDATE t SET a = 3 WHERE a = -2; UPDATE t SET a = 1 WHERE a = -3;
      UPDATE d SET id = -id; UPDATE d SET id = 2 WHERE id = -1; UPDATE d SET id = 1 WHERE id = -2`,
  },
  {
    what: 'rows of tables whose rules replace others',
    base: `CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, u UNIQUE ON CONFLICT REPLACE, n NOT NULL ON CONFLICT REPLACE DEFAULT 7);
      INSERT INTO t VALUES(1, 'a', 1), (2, 'b', 2), (3, 'c', 3)`,
    edit: `UPDATE OR ABORT t SET u = NULL; UPDATE OR ABORT t SET u = 'b' WHERE id = 1; UPDATE OR ABORT t SET u = 'a' WHERE id = 2;
      UPDATE t SET u = 'c' WHERE id = 3; INSERT INTO t VALUES(4, 'd', 4)`,
  },
  {
    what: 'keys whose defaults are random or the time, and columns that must not be NULL but have a default',
    base: `CREATE TABLE t(k TEXT PRIMARY KEY DEFAULT (hex(randomblob(8))), at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, n NOT NULL DEFAULT 5);
      CREATE TABLE r(id INTEGER PRIMARY KEY DEFAULT (random()), v); CREATE TABLE i(k INT PRIMARY KEY, v); INSERT INTO t DEFAULT VALUES; INSERT INTO t(n) VALUES(6);
      INSERT INTO r(v) VALUES('a'); INSERT INTO i VALUES(1, 'a'), (NULL, 'b'), (NULL, 'c'), (2.5, 'd')`,
    edit: `INSERT INTO t DEFAULT VALUES; UPDATE t SET k = 'named' WHERE n = 6; UPDATE t SET n = 7 WHERE n = 5; INSERT INTO r(v) VALUES('b');
      UPDATE i SET v = 'B' WHERE v = 'b'; UPDATE i SET k = 1 WHERE v = 'c' AND 0; DELETE FROM i WHERE v = 'c'; UPDATE i SET k = k + 1; INSERT INTO i VALUES(NULL, 'e')`,
  },
  {
    what: 'rows whose foreign keys are deferred, cascade, and were violated before, and a change of a key that they follow',
    base: `CREATE TABLE p(id INTEGER PRIMARY KEY, code TEXT UNIQUE);
      CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE SET NULL ON UPDATE CASCADE, code REFERENCES p(code) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO p VALUES(1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO c VALUES(1, 1, 'a'), (2, 2, 'b'), (3, 3, NULL), (4, 99, 'gone')`,
    edit: `PRAGMA foreign_keys = ON; UPDATE p SET id = 10, code = 'A' WHERE id = 1; DELETE FROM p WHERE id = 3; INSERT INTO c VALUES(5, 10, 'A')`,
  },
  {
    what: 'rows written through a view, and of a hundred tables',
    base: `CREATE TABLE base(id INTEGER PRIMARY KEY, v); CREATE VIEW w AS SELECT id, v FROM base;
      CREATE TRIGGER w_i INSTEAD OF INSERT ON w BEGIN INSERT INTO base VALUES(new.id, upper(new.v)); END;
      ${Array.from({ length: 100 }, (_, i) => `CREATE TABLE n${i}(v);`).join(' ')}`,
    edit: `INSERT INTO w VALUES(1, 'a'); ${Array.from({ length: 50 }, (_, i) => `INSERT INTO n${2 * i} VALUES(${i});`).join(' ')}`,
  },
  {
    what: 'rows under a new unique index, and rows freed from an old one',
    base: `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); CREATE UNIQUE INDEX t_a ON t(a); INSERT INTO t VALUES(1, 'a', 'x'), (2, 'b', 'x')`,
    edit: `DROP INDEX t_a; UPDATE t SET a = 'same', b = id; CREATE UNIQUE INDEX t_b ON t(b)`,
  },
  {
    what: 'counters of AUTOINCREMENT tables that move on, back, away and come first',
    base: `CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT);
      CREATE TABLE c(id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE d(id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO a VALUES(5); INSERT INTO b VALUES(5); INSERT INTO c VALUES(5)`,
    edit: `INSERT INTO a VALUES(9); DELETE FROM a; DELETE FROM b; UPDATE sqlite_sequence SET seq = 2 WHERE name = 'b';
      DELETE FROM sqlite_sequence WHERE name = 'c'; INSERT INTO d VALUES(3); DELETE FROM d`,
  },
  {
    what: 'the first AUTOINCREMENT table, and the end of one',
    base: 'CREATE TABLE v(x)',
    edit: `CREATE TABLE a(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES(5); DELETE FROM a;
      CREATE TABLE b(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO b VALUES(6); DROP TABLE b`,
  },
  {
    what: 'a user_version that is negative',
    base: 'CREATE TABLE t(v)',
    edit: 'PRAGMA user_version = -5',
  },
  {
    what: 'rows beside virtual tables that do not change',
    base: `CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f VALUES('some text'); CREATE VIRTUAL TABLE r USING rtree(id, a, b);
      CREATE VIRTUAL TABLE e USING fts5(v, content='t', content_rowid='id'); CREATE TABLE t(id INTEGER PRIMARY KEY, v)`,
    edit: `INSERT INTO t VALUES(1, 'a')`,
  },
  ...['UTF-16le', 'UTF-16be'].map((encoding) => ({
    what: `text that is no text, and characters that SQLite would replace, in ${encoding}`,
    base: `PRAGMA encoding = '${encoding}'; CREATE TABLE t(id INTEGER PRIMARY KEY, v);
      INSERT INTO t VALUES(1, CAST(x'd800d800' AS TEXT)), (2, CAST(x'00d800d8' AS TEXT)), (3, CAST(x'feffffff' AS TEXT))`,
    edit: `UPDATE t SET v = CAST(x'd8004100' AS TEXT) WHERE id = 1; DELETE FROM t WHERE id = 2;
      INSERT INTO t VALUES(4, CAST(x'fffeffff' AS TEXT)), (5, CAST(x'00d8410000d8' AS TEXT)), (6, char(65279) || 'bom')`,
  })),
  {
    what: 'definitions that end in comments',
    base: 'CREATE TABLE t(v)',
    edit: `CREATE VIEW v AS SELECT 1 -- one\n; CREATE INDEX i ON t(v) WHERE v > 1 -- big\n; CREATE TABLE u(a -- a\n, b /* b */);
      INSERT INTO u VALUES(1, 2); CREATE TRIGGER x AFTER INSERT ON u BEGIN SELECT 1; /* ; END */ END`,
  },
];

/** What both sides did, and what has to come of it: neither is lost. */
const MERGED: readonly (Story & {
  readonly what: string;
  readonly query: string;
  readonly rows: unknown[][];
})[] = [
  {
    what: 'a counter that both sides moved has the higher value',
    base: `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES(1)`,
    edit: `INSERT INTO t VALUES(5); DELETE FROM t WHERE id = 5; INSERT INTO t VALUES(2)`,
    remote: `INSERT INTO t VALUES(9); DELETE FROM t WHERE id = 9`,
    query: 'SELECT seq FROM sqlite_sequence',
    rows: [[9n]],
  },
  {
    what: 'a counter that was moved back stays where others have moved it on',
    base: `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES(5)`,
    edit: `UPDATE sqlite_sequence SET seq = 2; DELETE FROM t`,
    remote: `INSERT INTO t VALUES(9)`,
    query: 'SELECT seq FROM sqlite_sequence',
    rows: [[9n]],
  },
  {
    what: 'a user_version that both set alike',
    base: 'CREATE TABLE t(v); PRAGMA user_version = 1',
    edit: 'PRAGMA user_version = 2; INSERT INTO t VALUES(1)',
    remote: 'PRAGMA user_version = 2',
    query: 'SELECT (SELECT user_version FROM pragma_user_version), v FROM t',
    rows: [[2n, 1n]],
  },
];

describe.each(ADAPTERS)('a push over %s', (_, serve) => {
  test.each(CARRIED)('carries $what', (story) => play(serve, story, expectArrivesOnce));

  test.each(MERGED)('merges: $what', ({ query, rows, ...story }) =>
    play(serve, story, async (scene) => {
      expect(await scene.push()).toMatchObject({ outcome: 'applied' });
      expect(await scene.query(query)).toEqual(rows);
    }),
  );

  test.each([
    ['UNIQUE ON CONFLICT REPLACE', `INSERT INTO t VALUES(5, 'new')`, `INSERT INTO t VALUES(9, 'new')`],
    ['UNIQUE ON CONFLICT IGNORE', `UPDATE t SET u = 'new' WHERE id = 1`, `INSERT INTO t VALUES(9, 'new')`],
    [
      'UNIQUE ON CONFLICT FAIL',
      `INSERT INTO t VALUES(5, 'fine'), (6, 'new')`,
      `INSERT INTO t VALUES(9, 'new')`,
    ],
    [
      'UNIQUE ON CONFLICT ROLLBACK',
      `INSERT INTO t VALUES(5, 'fine'), (6, 'new')`,
      `INSERT INTO t VALUES(9, 'new')`,
    ],
  ])('loses no row by a rule of %s', (rule, edit, remote) =>
    play(
      serve,
      {
        base: `CREATE TABLE t(id INTEGER PRIMARY KEY, u ${rule}); INSERT INTO t VALUES(1, 'a')`,
        edit,
        remote,
      },
      async (scene) => {
        const before = await scene.bytes();
        expect(await scene.push()).toMatchObject({
          outcome: 'conflict',
          conflicts: [{ kind: 'unique', table: 't', columns: ['u'], remote: { id: 9n, u: 'new' } }],
        });
        expect(await scene.bytes()).toEqual(before);
      },
    ),
  );
});
