import { buildDatabase, editDatabase } from '../build-database';
import { compareDatabases } from '../compare-databases';
import { a, b, compareEdited } from './edited.fixture';

describe('virtual tables', () => {
  const documents = "(rowid, x) VALUES(1,'one two'),(2,'three')";

  test.each([
    ['fts5', 'x'],
    ['fts4', 'x'],
    ['fts5', "x, content=''"],
    ['fts4', 'content="", x'],
  ])('%s(%s): other segments are equal, other documents are not', (module, options) => {
    const base = `CREATE VIRTUAL TABLE "f ""t" USING ${module}(${options})`;
    const insert = `INSERT INTO "f ""t"${documents}`;
    buildDatabase(a, `${base}; ${insert}`);
    buildDatabase(b, `${base}; ${insert.replace(',(', `; INSERT INTO "f ""t"(rowid, x) VALUES(`)}`);
    expect(compareDatabases(a, b)).toEqual([]);
    editDatabase(b, `INSERT INTO "f ""t"(rowid, x) VALUES(3,'four')`);
    expect(compareDatabases(a, b)).toContainEqual(expect.stringMatching(/^f "t: terms: /));
  });

  test('an index that has lost its content', () => {
    const base = `CREATE TABLE f_content(x); CREATE VIRTUAL TABLE f USING fts5(x, content=f_content);
      INSERT INTO f_content${documents}; INSERT INTO f(f) VALUES('rebuild')`;
    const differences = compareEdited(base, "UPDATE f_content SET x='four' WHERE rowid=2");
    expect(differences).toContain('f_content: rowid 2, x: a text "three", b text "four"');
    expect(differences).toContainEqual(expect.stringMatching(/^f: integrity-check: a ok, b error: /));
  });

  test('rtree', () => {
    const base = 'CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note); INSERT INTO r VALUES(1,2,3,4)';
    expect(compareEdited(base, 'UPDATE r SET x1=3.5')).toEqual(['r: rowid 1, x1: a real 3, b real 3.5']);
  });

  test('a module that is not there has its tables compared', () => {
    const base = `CREATE TABLE v_data(x); INSERT INTO v_data VALUES(1); PRAGMA writable_schema=ON;
      INSERT INTO sqlite_schema VALUES('table','v','v',0,'CREATE VIRTUAL TABLE v USING nowhere(x)')`;
    expect(compareEdited(base, 'UPDATE v_data SET x=2')).toEqual([
      'v_data: rowid 1, x: a integer 1, b integer 2',
    ]);
  });
});
