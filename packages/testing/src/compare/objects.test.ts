import { buildDatabase } from '../build-database';
import { compareDatabases } from '../compare-databases';
import { a, b, compareEdited } from './edited.fixture';

describe('the schema', () => {
  const base = `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
    CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END`;
  test.each([
    [
      'the text of a trigger',
      'DROP TRIGGER tr; CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 2; END',
      /^trigger tr: a CREATE .* 1; END, b CREATE .* 2; END$/,
    ],
    ['a missing trigger', 'DROP TRIGGER tr', /^trigger tr: only in a$/],
    ['an index more', 'CREATE INDEX i ON t(v)', /^index i: only in b$/],
    ['a view more', 'CREATE VIEW w AS SELECT 1', /^view w: only in b$/],
    ['user_version', 'PRAGMA user_version=3', /^user_version: a 0, b 3$/],
  ])('%s', (_, edit, difference) => {
    expect(compareEdited(base, edit)).toEqual([expect.stringMatching(difference)]);
  });

  test('another column', () => {
    expect(compareEdited(base, 'ALTER TABLE t ADD COLUMN w')).toEqual([
      'table t: a CREATE TABLE t(id INTEGER PRIMARY KEY, v), b CREATE TABLE t(id INTEGER PRIMARY KEY, v, w)',
      't: rows not compared, for its columns differ',
    ]);
  });

  test('statistics do not count', () => {
    expect(compareEdited(`${base}; CREATE INDEX i ON t(v); INSERT INTO t VALUES(1,1)`, 'ANALYZE')).toEqual(
      [],
    );
  });

  test('application_id counts when asked for', () => {
    expect(compareEdited(base, 'PRAGMA application_id=3')).toEqual([]);
    expect(compareEdited(base, 'PRAGMA application_id=3', { ignoreApplicationId: false })).toEqual([
      'application_id: a 0, b 3',
    ]);
  });

  test('the encoding', () => {
    buildDatabase(a, 'CREATE TABLE t(v)');
    buildDatabase(b, "PRAGMA encoding='UTF-16be'; CREATE TABLE t(v)");
    expect(compareDatabases(a, b)).toEqual(['encoding: a UTF-8, b UTF-16be']);
  });

  test('sqlite_sequence, where an empty one is like none', () => {
    const counted = 'CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT)';
    expect(compareEdited(base, `${counted}; DROP TABLE s`)).toEqual([]);
    expect(compareEdited(`${counted}; INSERT INTO s VALUES(4)`, 'UPDATE sqlite_sequence SET seq=9')).toEqual([
      'sqlite_sequence: only in a: s integer 4',
      'sqlite_sequence: only in b: s integer 9',
    ]);
  });
});
