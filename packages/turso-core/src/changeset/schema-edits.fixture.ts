/** What an app may do to definitions: a base, an edit. */
export const SCHEMA_EDITS: readonly (readonly [name: string, base: string, edit: string])[] = [
  [
    'a column added at the end, with values',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES(1, 'x'), (2, 'y')`,
    `ALTER TABLE t ADD COLUMN b TEXT NOT NULL DEFAULT 'none'; UPDATE t SET b = 'some' WHERE id = 2`,
  ],
  [
    'several columns added, whose definitions hold commas',
    `CREATE TABLE t(a, CHECK(a > 0)); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1), (2)`,
    `ALTER TABLE t ADD COLUMN b DECIMAL(10, 2) DEFAULT 0; ALTER TABLE t ADD COLUMN c DEFAULT 'x, y';
     ALTER TABLE t ADD COLUMN d AS (a * 2); INSERT INTO t(a) VALUES(3)`,
  ],
  [
    'tables renamed, one of which leaves a view behind that cannot be read any more',
    `CREATE TABLE a(x); CREATE TABLE b(y); INSERT INTO a VALUES(1); INSERT INTO b VALUES(2); CREATE VIEW v AS SELECT x FROM a`,
    `ALTER TABLE b RENAME TO b2; PRAGMA legacy_alter_table = ON; ALTER TABLE a RENAME TO a2`,
  ],
  [
    'a column added in the middle',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 2, 3), (5, 6, 7)`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a, m DEFAULT 'm', b); INSERT INTO n(id, a, b) SELECT * FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t`,
  ],
  [
    'columns dropped, renamed, reordered',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b INT, c REAL); INSERT INTO t VALUES(1, 'x', 2, 0.1), (9, 'y', 3, 0.2);
     CREATE TABLE o(a, b, c); INSERT INTO o VALUES(1, 2, 3); DELETE FROM o; INSERT INTO o VALUES(4, 5, 6)`,
    `ALTER TABLE t DROP COLUMN a; ALTER TABLE t RENAME COLUMN b TO "new name";
     CREATE TABLE o2(c, a, b); INSERT INTO o2 SELECT c, a, b FROM o; DROP TABLE o; ALTER TABLE o2 RENAME TO o`,
  ],
  [
    'types changed, with values by affinity',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b, c REAL, d INT, e NUMERIC);
     INSERT INTO t VALUES(1, '12', '1.5', 0.1, 7, '1e3'), (2, 'x', '0.30000000000000004', 1e300, 'z', 5), (3, NULL, x'00', NULL, 8.5, NULL)`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a INT, b REAL, c TEXT, d, e BLOB); INSERT INTO n SELECT * FROM t; DROP TABLE t;
     ALTER TABLE n RENAME TO t`,
  ],
  [
    'NOT NULL added, with values for all rows',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, NULL, 'x'), (2, 'y', 'z')`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a NOT NULL, b, c TEXT NOT NULL);
     INSERT INTO n SELECT id, coalesce(a, 'filled'), b, 'c' || id FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`,
  ],
  [
    'CHECK and UNIQUE that old rows break and new ones do not',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 1, 'x'), (2, 1, 'x'), (3, 2, 'y')`,
    `UPDATE t SET a = id + 10, b = b || id; CREATE TABLE n(id INTEGER PRIMARY KEY, a CHECK(a > 9), b UNIQUE);
     INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`,
  ],
  [
    'ON CONFLICT clauses added and removed',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE); INSERT INTO t VALUES(1, 'a'), (2, 'b');
     CREATE TABLE u(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a UNIQUE ON CONFLICT IGNORE); INSERT INTO u VALUES(1, 'a'), (2, 'b')`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE); INSERT INTO n SELECT id, CASE id WHEN 1 THEN 'b' ELSE 'a' END FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE TABLE n(id INTEGER PRIMARY KEY, a UNIQUE);
     INSERT INTO n SELECT id, CASE id WHEN 1 THEN 'b' ELSE 'a' END FROM u; DROP TABLE u; ALTER TABLE n RENAME TO u`,
  ],
  [
    'defaults that are random or the time',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES(1, 1), (2, 2)`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a, made TEXT DEFAULT CURRENT_TIMESTAMP, k DEFAULT (random()));
     INSERT INTO n(id, a) SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t`,
  ],
  [
    'WITHOUT ROWID put on and off',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v); INSERT INTO t VALUES('b', 1), ('a', 2), ('c', 3); DELETE FROM t WHERE v = 1;
     CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES('b', 1), ('a', 2)`,
    `CREATE TABLE n(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;
     CREATE TABLE n(k TEXT PRIMARY KEY, v); INSERT INTO n SELECT * FROM w ORDER BY v; DROP TABLE w; ALTER TABLE n RENAME TO w`,
  ],
  [
    'STRICT put on and off',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, c ANY); INSERT INTO t VALUES(1, 'x', 5, '1.0'), (2, 2, 'y', 'z');
     CREATE TABLE s(id INTEGER PRIMARY KEY, c ANY) STRICT; INSERT INTO s VALUES(1, '1.50'), (2, 7)`,
    `UPDATE t SET a = 3 WHERE id = 1; CREATE TABLE n(id INTEGER PRIMARY KEY, a INT, b TEXT, c ANY) STRICT; INSERT INTO n SELECT * FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE TABLE n(id INTEGER PRIMARY KEY, c ANY); INSERT INTO n SELECT * FROM s;
     DROP TABLE s; ALTER TABLE n RENAME TO s`,
  ],
  [
    'generated columns added, changed, made plain, and the reverse',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, g AS (a + 1) STORED, p); INSERT INTO t(id, a, p) VALUES(1, 1, 'p'), (2, 5, 'q');
     CREATE TABLE u(a, g AS (a + 1)); INSERT INTO u VALUES(1)`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a, g, p AS (a || 'p'), h AS (a * 2) STORED UNIQUE); INSERT INTO n(id, a, g) SELECT id, a, g FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t; CREATE TABLE n(a, g AS (a + 2)); INSERT INTO n(a) SELECT a FROM u; DROP TABLE u; ALTER TABLE n RENAME TO u`,
  ],
  [
    'collations and keys changed',
    `CREATE TABLE t(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES('a', 1), ('B', 2), ('b', 3);
     CREATE TABLE u(id INTEGER PRIMARY KEY, code TEXT); INSERT INTO u VALUES(3, 'x'), (4, 'y')`,
    `UPDATE t SET k = 'c' WHERE k = 'b'; CREATE TABLE n(k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO n SELECT * FROM t;
     DROP TABLE t; ALTER TABLE n RENAME TO t;
     CREATE TABLE n(id INTEGER, code TEXT PRIMARY KEY); INSERT INTO n SELECT * FROM u; DROP TABLE u; ALTER TABLE n RENAME TO u`,
  ],
  [
    'a key added, and taken away',
    `CREATE TABLE t(a); INSERT INTO t VALUES('x'), ('y'), ('z'); DELETE FROM t WHERE a = 'x';
     CREATE TABLE u(id INTEGER PRIMARY KEY, a); INSERT INTO u VALUES(7, 'x')`,
    `CREATE TABLE n(id INTEGER PRIMARY KEY, a); INSERT INTO n(a) SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;
     CREATE TABLE n(id, a); INSERT INTO n SELECT * FROM u; DROP TABLE u; ALTER TABLE n RENAME TO u`,
  ],
  [
    'letter case and spacing only',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, Name TEXT); CREATE INDEX i ON t(Name); INSERT INTO t VALUES(1, 'a');
     CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TABLE s(a,b); INSERT INTO s VALUES(1, 2)`,
    `ALTER TABLE t RENAME COLUMN Name TO name; CREATE TABLE n(a , b); INSERT INTO n SELECT * FROM s; DROP TABLE s;
     ALTER TABLE n RENAME TO s; ALTER TABLE t RENAME TO y; ALTER TABLE y RENAME TO T`,
  ],
  [
    'a table renamed, to which others refer',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, up REFERENCES t, v); INSERT INTO t VALUES(1, NULL, 'a'), (5, 1, 'b');
     CREATE TABLE c(t REFERENCES t ON DELETE CASCADE); INSERT INTO c VALUES(5); CREATE INDEX i ON t(v); CREATE VIEW w AS SELECT v FROM t;
     CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET v = 'fired'; END`,
    `ALTER TABLE t RENAME TO "new t"; UPDATE "new t" SET v = 'c' WHERE id = 5`,
  ],
  [
    'a table dropped and made anew with the same name',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 2, 3), (2, 3, 4); CREATE TABLE o(x); INSERT INTO o VALUES(1)`,
    `DROP TABLE t; CREATE TABLE t(id INTEGER PRIMARY KEY, z); INSERT INTO t VALUES(2, 'z'), (3, 'y');
     DROP TABLE o; CREATE TABLE o(p, q); INSERT INTO o VALUES(5, 6), (7, 8)`,
  ],
  [
    'a table without one column of the old one, whose indexes and triggers are as they were',
    `CREATE TABLE t(a, b); CREATE INDEX i ON t(1); CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES(1, 2)`,
    `DROP TABLE t; CREATE TABLE t(c INT, d INT, e INT); CREATE INDEX i ON t(1); CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;
     INSERT INTO t VALUES(3, 4, 5)`,
  ],
  [
    'a table replaced by a view, and a view by a table',
    `CREATE TABLE t(a); INSERT INTO t VALUES(1); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE o(a); INSERT INTO o VALUES(2)`,
    `CREATE TABLE t2(a); INSERT INTO t2 SELECT * FROM t; DROP TABLE t; CREATE VIEW t AS SELECT a FROM t2;
     CREATE TRIGGER x INSTEAD OF INSERT ON t BEGIN INSERT INTO t2 VALUES(new.a); END;
     DROP VIEW v; CREATE TABLE v(a); INSERT INTO v VALUES(5); DROP TABLE o; CREATE VIEW o AS SELECT 1 AS a`,
  ],
  [
    'a table renamed to what was a view',
    `CREATE TABLE t(a); INSERT INTO t VALUES(1); CREATE VIEW v AS SELECT 1`,
    `DROP VIEW v; ALTER TABLE t RENAME TO v; CREATE VIEW t AS SELECT 2`,
  ],
  [
    'an index moved to another table',
    `CREATE TABLE t(a UNIQUE); CREATE TABLE u(a); CREATE INDEX i ON t(a); CREATE UNIQUE INDEX j ON u(a); INSERT INTO t VALUES(1); INSERT INTO u VALUES(1)`,
    `DROP INDEX i; CREATE INDEX i ON u(a); DROP INDEX j; CREATE UNIQUE INDEX j ON t(a) WHERE a > 0`,
  ],
  [
    'a parent made anew while its children cascade',
    `CREATE TABLE p(id INTEGER PRIMARY KEY, a, b); CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE);
     INSERT INTO p VALUES(1, 'a', 'b'), (2, 'c', 'd'); INSERT INTO c VALUES(1, 1), (2, 2), (3, 2)`,
    `PRAGMA foreign_keys = OFF; CREATE TABLE n(id INTEGER PRIMARY KEY, b NOT NULL, a); INSERT INTO n SELECT id, b, a FROM p; DROP TABLE p;
     ALTER TABLE n RENAME TO p; INSERT INTO p VALUES(3, 'e', 'f'); UPDATE c SET p = 3 WHERE id = 3`,
  ],
  [
    'a foreign key changed, in a cycle',
    `CREATE TABLE a(id INTEGER PRIMARY KEY, b REFERENCES b DEFERRABLE INITIALLY DEFERRED); CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a);
     BEGIN; INSERT INTO a VALUES(1, 1); INSERT INTO b VALUES(1, 1); COMMIT`,
    `PRAGMA foreign_keys = OFF; CREATE TABLE n(id INTEGER PRIMARY KEY, b REFERENCES b ON DELETE CASCADE); INSERT INTO n SELECT * FROM a;
     DROP TABLE a; ALTER TABLE n RENAME TO a`,
  ],
  [
    'an AUTOINCREMENT counter kept, lost, begun',
    `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES(5, 'a'), (900, 'b'); DELETE FROM t WHERE id = 900;
     CREATE TABLE u(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO u VALUES(7, 'a'); CREATE TABLE v(id INTEGER PRIMARY KEY, a); INSERT INTO v VALUES(3, 'a')`,
    `ALTER TABLE t ADD COLUMN c; ALTER TABLE t DROP COLUMN a; CREATE TABLE n(id INTEGER PRIMARY KEY, a); INSERT INTO n SELECT * FROM u; DROP TABLE u;
     ALTER TABLE n RENAME TO u; CREATE TABLE n(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO n SELECT * FROM v; DROP TABLE v;
     ALTER TABLE n RENAME TO v; INSERT INTO v(a) VALUES('b')`,
  ],
  [
    'a counter that rows have passed by updates',
    `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES(5, 'a'); CREATE TABLE u(id INTEGER PRIMARY KEY AUTOINCREMENT, a)`,
    `UPDATE t SET id = 100; INSERT INTO u VALUES(3, 'b'); UPDATE u SET id = 200`,
  ],
  [
    'a renamed table with a counter',
    `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t VALUES(5, 'a'), (900, 'b'); DELETE FROM t WHERE id = 900`,
    `ALTER TABLE t RENAME TO u`,
  ],
  [
    'triggers and views on a table that is made anew, some of them broken',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES(1, 2, 3); CREATE INDEX i ON t(a); CREATE INDEX k ON t(a, b);
     CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW broken AS SELECT missing FROM nowhere; CREATE TABLE log(x);
     CREATE TRIGGER x1 AFTER INSERT ON t BEGIN INSERT INTO log VALUES(new.a); END;
     CREATE TRIGGER x2 BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'no'); END;
     CREATE TRIGGER x3 AFTER UPDATE ON log BEGIN UPDATE t SET a = lacking_function(new.x); END;
     CREATE TRIGGER x4 AFTER UPDATE ON t BEGIN SELECT lacking_function(new.a); END;
     CREATE TRIGGER x5 INSTEAD OF UPDATE ON v BEGIN INSERT INTO log VALUES(new.b); END`,
    `DROP TRIGGER x2; CREATE TABLE n(id INTEGER PRIMARY KEY, b, c); INSERT INTO n SELECT id, b, a FROM t; PRAGMA legacy_alter_table = ON; DROP TABLE t;
     ALTER TABLE n RENAME TO t; CREATE INDEX k ON t(b DESC); DROP VIEW v; CREATE VIEW v AS SELECT b FROM t;
     INSERT INTO t VALUES(2, 3, 4); CREATE TRIGGER x1 AFTER INSERT ON t BEGIN INSERT INTO log VALUES(new.c); END;
     CREATE TRIGGER x4 AFTER UPDATE ON t BEGIN SELECT lacking_function(new.b); END`,
  ],
  [
    'strange names',
    `CREATE TABLE "we""ird 'x"("" INTEGER PRIMARY KEY, "select" TEXT, [a b], \`tick\`); INSERT INTO "we""ird 'x" VALUES(1, 'a', 'b', 'c');
     CREATE TABLE "日本 語"("é" PRIMARY KEY, c1) WITHOUT ROWID; INSERT INTO "日本 語" VALUES('x', 1); CREATE TABLE ""(a, rowid); INSERT INTO "" VALUES(1, 2)`,
    `ALTER TABLE "we""ird 'x" DROP COLUMN "select"; ALTER TABLE "日本 語" RENAME COLUMN c1 TO "c,1"; CREATE TABLE n(a, rowid, oid);
     INSERT INTO n(a, rowid) SELECT a, rowid FROM ""; DROP TABLE ""; ALTER TABLE n RENAME TO "turso_sync_staging_rebuild_1"`,
  ],
  [
    'columns that take every name of the rowid',
    `CREATE TABLE t(rowid, oid, _rowid_, a); INSERT INTO t VALUES(1, 2, 3, 4), (5, 6, 7, 8)`,
    `ALTER TABLE t DROP COLUMN a`,
  ],
  [
    'values that nothing may change on the way',
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c); INSERT INTO t VALUES(1, CAST(x'ff00fe' AS TEXT), -0.0, x''), (2, char(0) || 'x', 9e999, 0.1 + 0.2), (-9, '', 1, 9223372036854775807)`,
    `ALTER TABLE t DROP COLUMN id; ALTER TABLE t ADD COLUMN d DEFAULT x'00'`.replace(
      'DROP COLUMN id',
      'RENAME COLUMN a TO z',
    ),
  ],
  [
    'everything dropped',
    `CREATE TABLE p(id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO p VALUES(1, 1); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES(1);
     CREATE VIEW v AS SELECT * FROM c; CREATE INDEX i ON c(p); CREATE TRIGGER x AFTER INSERT ON c BEGIN SELECT 1; END`,
    `PRAGMA foreign_keys = OFF; DROP VIEW v; DROP TABLE c; DROP TABLE p`,
  ],
];
