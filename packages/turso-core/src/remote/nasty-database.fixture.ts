import Database from 'better-sqlite3';

/** Long enough that several rows together are more than a server puts into one answer. */
const LONG = 3_000_000;

/**
 * Makes a database that holds everything which is easily lost on the way: every kind of value, every kind of table and
 * key, names that need quoting, triggers that must not fire, and rows too large for one answer.
 */
export function buildNastyDatabase(file: string, encoding: 'UTF-8' | 'UTF-16le' = 'UTF-8'): void {
  const db = new Database(file);
  try {
    db.unsafeMode();
    db.pragma(`encoding='${encoding}'`);
    db.pragma('foreign_keys=OFF');
    db.exec(SCHEMA);
    fillValues(db, encoding);
    fillTables(db);
    db.exec(LATER);
    db.pragma('user_version=-7');
    db.pragma('application_id=1234567');
  } finally {
    db.close();
  }
}

const SCHEMA = `
CREATE TABLE "values"(id INTEGER PRIMARY KEY, v, "a ""quoted"" näme" TEXT DEFAULT 'it''s', "select" BLOB);
CREATE TABLE big(id INTEGER PRIMARY KEY, body BLOB);
CREATE TABLE many(id INTEGER PRIMARY KEY, t TEXT) STRICT;
CREATE TABLE hidden_rowid(v);
CREATE TABLE shadowed(rowid TEXT, _rowid_ TEXT, v);
CREATE TABLE no_name_left(rowid, oid, _rowid_);
CREATE TABLE composite(a TEXT COLLATE NOCASE, b INT, c, PRIMARY KEY(a, b DESC)) WITHOUT ROWID;
CREATE TABLE exact_key(k TEXT COLLATE NOCASE, v, PRIMARY KEY(k COLLATE BINARY)) WITHOUT ROWID;
CREATE TABLE any_key(k, v, PRIMARY KEY(k)) WITHOUT ROWID;
CREATE TABLE desc_key(id INTEGER PRIMARY KEY DESC, v);
CREATE TABLE generated(a INT, b AS (a * 2), c INT GENERATED ALWAYS AS (a + 1) STORED, d);
CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
CREATE TABLE "\u{feff}bom"(id INTEGER PRIMARY KEY AUTOINCREMENT, v);
CREATE TABLE "we ird""tab'le; --"("" TEXT, "a\nb" INT, "\u{1f600}" REAL);
CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent(id) ON DELETE CASCADE);
CREATE TABLE parent(id INTEGER PRIMARY KEY);
CREATE TABLE log(what);
CREATE VIRTUAL TABLE docs USING fts5(title, body, tokenize='porter unicode61');
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1, y0, y1);
`;

// Each insert made by the copy would be counted again, were the trigger there already.
const LATER = `
CREATE INDEX by_expression ON "values"(typeof(v), "select") WHERE id > 3;
CREATE UNIQUE INDEX "uni que" ON many(t);
CREATE VIEW "a view" AS SELECT count(*) AS n FROM many;
CREATE TRIGGER logged AFTER INSERT ON many BEGIN INSERT INTO log VALUES (new.id); END;
CREATE TRIGGER on_view INSTEAD OF INSERT ON "a view" BEGIN SELECT 1; END;
`;

function fillValues(db: Database.Database, encoding: 'UTF-8' | 'UTF-16le'): void {
  const literals = [
    'NULL',
    "''",
    "x''",
    "'text'",
    "'1'",
    '1',
    '1.0',
    '0.0',
    '-0.0',
    '0.1+0.2',
    '5e-324',
    '1.7976931348623157e308',
    '9e999',
    '-9e999',
    '9223372036854775807',
    '(-9223372036854775807-1)',
    '9007199254740993',
    "'nul' || char(0) || 'in the middle'",
    'char(0)',
    "char(65279) || 'begins with a BOM'",
    "'Grüße \u{1f600}'",
    "'line one' || char(10) || 'line two' || char(13, 10)",
    // Not valid in the encoding: a lone byte that begins nothing; half of a surrogate pair.
    encoding === 'UTF-8' ? "CAST(x'ff41fe' AS TEXT)" : "CAST(x'00d84100' AS TEXT)",
    'zeroblob(5000)',
    'randomblob(70000)',
    `CAST(zeroblob(20000) AS TEXT)`,
  ];
  db.exec(literals.map((v) => `INSERT INTO "values"(v, "select") VALUES (${v}, x'00');`).join('\n'));
  db.exec(`INSERT INTO "values"(id, v) VALUES (-5, 'below'), (9223372036854775807, 'last')`);
}

function fillTables(db: Database.Database): void {
  const series = 'WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 4500)';
  db.exec(`
    INSERT INTO big SELECT value, zeroblob(${LONG}) FROM json_each('[1,2,3,4,5,6]');
    UPDATE big SET body = CAST('changed' AS BLOB) WHERE id = 3;
    ${series} INSERT INTO many SELECT i * 3, 'row ' || i FROM s;
    ${series} INSERT INTO hidden_rowid(rowid, v) SELECT i * 7 - 9000, i FROM s;
    INSERT INTO shadowed(oid, rowid, _rowid_, v) VALUES (40, 'a', 'b', 1), (-2, NULL, x'00', 2);
    ${series} INSERT INTO no_name_left SELECT i, i % 3, NULL FROM s;
    INSERT INTO composite VALUES ('a', 1, 'x'), ('B', 2, 'y'), ('a', 3, 'z'), ('', -1, NULL);
    ${series} INSERT INTO exact_key SELECT printf('%s%04d', CASE i % 2 WHEN 0 THEN 'key' ELSE 'KEY' END, i / 2), i FROM s;
    INSERT INTO any_key VALUES (1, 'int'), (1.5, 'real'), ('1', 'text'), (x'31', 'blob'), (-9e999, 'least'),
      (CAST(x'ff00' AS TEXT), 'raw'), ('', 'empty');
    -- As text, every one of the numbers would come after these.
    ${series} INSERT INTO any_key SELECT CAST(x'21d8ff00' || printf('%04d', i) AS TEXT), i FROM s;
    INSERT INTO desc_key(rowid, id, v) VALUES (9, 1, 'x'), (3, NULL, 'y'), (4, NULL, 'z');
    INSERT INTO generated(a, d) VALUES (1, 'x'), (NULL, 'y');
    INSERT INTO counted(id, v) VALUES (5, 'x'), (900, 'y'); DELETE FROM counted WHERE id = 900;
    INSERT INTO "\u{feff}bom"(id) VALUES (77);
    INSERT INTO "we ird""tab'le; --" VALUES ('x', 1, 1), (NULL, NULL, NULL);
    INSERT INTO child VALUES (1, 1), (2, 999); INSERT INTO parent VALUES (1);
    INSERT INTO docs VALUES ('running', 'the cats are running'), ('second', 'a dog'); DELETE FROM docs WHERE rowid = 2;
    INSERT INTO boxes VALUES (1, 0, 1, 0, 1), (2, -5.5, 5, 2, 3);
  `);
}
