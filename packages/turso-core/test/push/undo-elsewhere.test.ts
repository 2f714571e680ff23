import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { undo } from '../../src/commands/undo';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

const TABLES = `CREATE TABLE log(line, n); INSERT INTO log VALUES ('first', 1), ('second', 2), ('same', 3), ('same', 3);
  CREATE TABLE keyed(k TEXT PRIMARY KEY, v); INSERT INTO keyed VALUES ('a', 1), ('b', 2), ('c', 3);
  CREATE TABLE other(id INTEGER PRIMARY KEY, v)`;

const CONTENT = 'SELECT line, n FROM log UNION ALL SELECT * FROM keyed ORDER BY 1, 2';

const EDITS = {
  'added rows': "INSERT INTO log VALUES ('planned', 1), ('planned', 1); INSERT INTO keyed VALUES ('d', 4)",
  'changed rows': "UPDATE log SET n = 9 WHERE line = 'second'; UPDATE keyed SET v = 9 WHERE k = 'b'",
  'replaced rows': "INSERT OR REPLACE INTO keyed VALUES ('b', 9), ('a', 9)",
  'deleted rows': "DELETE FROM log WHERE line = 'first'; DELETE FROM keyed WHERE k = 'a'",
  'one of two equal rows': "DELETE FROM log WHERE rowid = (SELECT max(rowid) FROM log WHERE line = 'same')",
};

const DEFINITIONS = { 'and nothing else': '', 'and a column': '; ALTER TABLE other ADD COLUMN more' };

describe.each(Object.entries(EDITS))('%s', (_, edit) => {
  test.each(Object.entries(DEFINITIONS))(
    '%s, pushed by a plan and undone after others have written, are undone in the working copy too',
    async (__, definition) => {
      const author = await makeFileProject(TABLES);
      const [runner, someone] = [await author.beside('runner'), await author.beside('someone')];
      for (const { project } of [author, runner, someone]) await init(project);
      author.edit(edit + definition);
      const plan = path.join(makeTempDir(), 'plan.json');
      await diff(author.project, { save: plan });
      // So that rows that are added get other hidden rowids on the remote.
      someone.edit("INSERT INTO log VALUES ('theirs', 1); INSERT INTO keyed VALUES ('theirs', 1)");
      await push(someone.project);
      runner.edit("INSERT INTO log VALUES ('job', 1); INSERT INTO keyed VALUES ('job', 1)");
      await push(runner.project, { plan });
      await push(runner.project);
      await pull(runner.project);
      author.editRemote('INSERT INTO other(id) VALUES (7)');

      expect(await undo(runner.project, { push: 1 })).toMatchObject({
        outcome: 'undone',
        workingCopy: { kept: [], conflicts: [] },
      });
      const there = author.queryRemote(CONTENT);
      expect(there).toHaveLength(11);
      expect(rowsOf(runner.project.workingCopy)).toEqual(there);
      expect(rowsOf(runner.project.files.base.database)).toEqual(there);
      expect(await push(runner.project)).toMatchObject({ outcome: 'nothing' });
      expect((await pull(runner.project)).changes.total).toEqual({ insert: 1, update: 0, delete: 0 });
    },
  );
});

function rowsOf(file: string): unknown[][] {
  return using(openReadOnly(file), (db) => db.prepare(CONTENT).raw().all() as unknown[][]);
}

const KINDS = {
  'a text key': 'k TEXT PRIMARY KEY, v, w',
  'a unique column': 'k TEXT NOT NULL UNIQUE, v, w',
  'no key': 'k, v, w',
  'a key and no rowid': 'k TEXT PRIMARY KEY, v, w) WITHOUT ROWID',
};

describe.each(Object.entries(KINDS))('in a table with %s', (kind, columns) => {
  const make = async (edit: string): Promise<FileProject> => {
    const at = await makeFileProject(
      `CREATE TABLE t(${columns}${columns.endsWith('ROWID') ? '' : ')'}; INSERT INTO t VALUES ('a', 1, 1), ('b', 2, 2)`,
    );
    await init(at.project);
    at.edit(edit);
    await push(at.project);
    return at;
  };

  test.each([
    ['a changed row', "UPDATE t SET v = 9 WHERE k = 'b'"],
    ['a row that was added', "DELETE FROM t WHERE k = 'b'; INSERT INTO t VALUES ('n', 9, 2)"],
  ])('an undo of %s never changes another row that got its place', async (_, edit) => {
    const at = await make(edit);
    at.editRemote("DELETE FROM t WHERE v = 9; INSERT INTO t VALUES ('z', 9, 5)");
    await pull(at.project);
    expect(at.queryRemote("SELECT * FROM t WHERE k = 'z'")).toEqual([['z', 9, 5]]);
    await undo(at.project);
    expect(at.queryRemote("SELECT * FROM t WHERE k = 'z'")).toEqual([['z', 9, 5]]);
    await pull(at.project);
    await push(at.project);
    expect(at.queryRemote("SELECT * FROM t WHERE k = 'z'")).toEqual([['z', 9, 5]]);
  });

  if (kind !== 'no key') {
    test.each(['', '; CREATE INDEX i ON t(v)', '; CREATE TABLE u(x)'])(
      'an undo finds the row by its key, and keeps what others have changed of it; pushed with it%s',
      async (definition) => {
        const at = await make(`UPDATE t SET v = 9 WHERE k = 'b'${definition}`);
        // It gets another hidden rowid, and another row gets the one that it had.
        at.editRemote(`UPDATE t SET w = 'theirs' WHERE k = 'b'; CREATE TABLE apart AS SELECT * FROM t;
          DELETE FROM t; INSERT INTO t SELECT * FROM apart ORDER BY k DESC; DROP TABLE apart`);
        await pull(at.project);
        expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
        const rows = [
          ['a', 1, 1],
          ['b', 2, 'theirs'],
        ];
        expect(at.queryRemote('SELECT k, v, w FROM t ORDER BY k')).toEqual(rows);
        expect(await push(at.project)).toMatchObject({ outcome: 'nothing' });
      },
    );
  }
});

test.each([
  ['adds', '; ALTER TABLE t ADD COLUMN more'],
  ['drops', '; ALTER TABLE t DROP COLUMN w'],
])('an undo of a push that %s a column takes back rows whose rowids have moved', async (_, definition) => {
  const at = await makeFileProject(
    "CREATE TABLE t(k TEXT PRIMARY KEY, v, w); INSERT INTO t VALUES ('a', 1, 1), ('b', 2, 2)",
  );
  await init(at.project);
  at.edit(`UPDATE t SET v = 9 WHERE k = 'b'${definition}`);
  await push(at.project);
  at.editRemote(`CREATE TABLE apart AS SELECT * FROM t;
    DELETE FROM t; INSERT INTO t SELECT * FROM apart ORDER BY k DESC; DROP TABLE apart`);
  await pull(at.project);
  expect(await undo(at.project)).toMatchObject({ outcome: 'undone' });
  expect(at.queryRemote('SELECT * FROM t ORDER BY k')).toEqual([
    ['a', 1, 1],
    ['b', 2, 2],
  ]);
});
