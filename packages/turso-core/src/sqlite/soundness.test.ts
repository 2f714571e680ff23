import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { readSoundness, SOUNDNESS_QUERY, type Soundness } from './soundness';

const file = (): string => path.join(makeTempDir(), 'a.db');

function soundnessOf(database: string): Soundness {
  const db = new Database(database);
  try {
    return readSoundness(db.prepare(SOUNDNESS_QUERY).pluck().get());
  } finally {
    db.close();
  }
}

const NONE = { damage: null, indexes: [], rules: [] };

test.each([
  ['a sound database', 'CREATE TABLE t(v)', NONE],
  [
    'an fts5 index with other tokens',
    `CREATE VIRTUAL TABLE f5 USING fts5(name, lat); INSERT INTO f5 VALUES ('x', 1.5); UPDATE f5_content SET c1 = 2.5`,
    { ...NONE, indexes: ['f5'] },
  ],
  [
    'an fts4 index with other tokens',
    `CREATE VIRTUAL TABLE "f 4" USING fts4(name); INSERT INTO "f 4" VALUES ('x'); UPDATE "f 4_content" SET c0name = 'y'`,
    { ...NONE, indexes: ['f 4'] },
  ],
  [
    'an fts4 index over some rows of another table',
    `CREATE TABLE n(id INTEGER PRIMARY KEY, v); INSERT INTO n VALUES (1, 'a'), (2, 'b');
     CREATE VIRTUAL TABLE f USING fts4(content='n', v); INSERT INTO f(docid, v) VALUES (1, 'a')`,
    { ...NONE, indexes: ['f'] },
  ],
  [
    'an index without content',
    `CREATE VIRTUAL TABLE f USING fts4(content='', v); INSERT INTO f(docid, v) VALUES (1, 'a')`,
    NONE,
  ],
])('%s', (_, sql, expected) => {
  const database = file();
  buildDatabase(database, sql);
  expect(soundnessOf(database)).toEqual(expected);
});

test.each([
  [
    'NOT NULL',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v)',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v NOT NULL)',
    'NULL',
  ],
  [
    'CHECK',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v)',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v CHECK (v > 5))',
    '1',
  ],
  [
    'STRICT',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v ANY)',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v INT) STRICT',
    "'x'",
  ],
  [
    'a type',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v)',
    'CREATE TABLE t(a INTEGER PRIMARY KEY, v TEXT)',
    '1',
  ],
])('rows that are older than %s', (_, before, after, value) => {
  const database = file();
  buildDatabase(database, `${before}; INSERT INTO t VALUES (1, ${value}), (2, ${value})`);
  const db = new Database(database);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  db.prepare("UPDATE sqlite_schema SET sql = ? WHERE name = 't'").run(after);
  db.close();
  expect(soundnessOf(database)).toEqual({ ...NONE, rules: ['t'] });
});

test('a damaged page, also beside all of these', () => {
  const database = file();
  buildDatabase(
    database,
    `CREATE TABLE t(v); INSERT INTO t SELECT zeroblob(900) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12]');
     CREATE VIRTUAL TABLE f USING fts4(name); INSERT INTO f VALUES ('x'); UPDATE f_content SET c0name = 'y'`,
  );
  const bytes = readFileSync(database);
  bytes.fill(255, 2 * 4096, 3 * 4096);
  writeFileSync(database, bytes);
  // If SQLite can go on, it reports its findings; here it cannot.
  expect(() => soundnessOf(database)).toThrow('malformed');
});
