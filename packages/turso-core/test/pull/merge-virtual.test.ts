import { compareDatabases } from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { makeFileProject } from '../fixtures/project.fixture';

const TRIGGERS = `CREATE TRIGGER added AFTER INSERT ON t BEGIN INSERT INTO words(rowid, a) VALUES (new.id, new.a); END;
  CREATE TRIGGER gone AFTER DELETE ON t BEGIN INSERT INTO words(words, rowid, a) VALUES ('delete', old.id, old.a); END`;
const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b); CREATE VIRTUAL TABLE words USING fts5(a, content=t, content_rowid=id);
  ${TRIGGERS}; INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2);
  CREATE VIRTUAL TABLE own USING fts5(x); INSERT INTO own VALUES ('hello'); CREATE TABLE plain(v)`;
const ROWS = `INSERT INTO t VALUES (3, 'three', 3); DELETE FROM t WHERE id = 1; INSERT INTO own VALUES ('mine')`;

test.each([
  ['add a column to the indexed table', 'ALTER TABLE t ADD COLUMN c'],
  ['rename a column that is not indexed', 'ALTER TABLE t RENAME COLUMN b TO c'],
  ['add a column and rows', `ALTER TABLE t ADD COLUMN c DEFAULT 5; INSERT INTO t(id, a) VALUES (4, 'four')`],
  ['make an index', 'CREATE VIRTUAL TABLE theirs USING fts5(y); INSERT INTO theirs VALUES (1)'],
  ['rename another table', 'ALTER TABLE plain RENAME TO simple'],
  ['drop the index and its triggers', 'DROP TRIGGER added; DROP TRIGGER gone; DROP TABLE words'],
  [
    'rename the column that is indexed, and recreate the index',
    `DROP TRIGGER added; DROP TRIGGER gone; DROP TABLE words; ALTER TABLE t RENAME COLUMN a TO title;
     CREATE VIRTUAL TABLE words USING fts5(title, content=t, content_rowid=id); INSERT INTO words(words) VALUES ('rebuild');
     ${TRIGGERS.replaceAll(/\ba\)/g, 'title)').replaceAll(/\.a\b/g, '.title')}`,
  ],
])('full-text indexes stay whole where they %s', async (_, theirs) => {
  const at = await makeFileProject(BASE);
  await init(at.project);
  at.edit(ROWS);
  at.editRemote(theirs);
  const result = await pull(at.project);
  expect(result).toMatchObject({ conflicts: [] });
  expect(await push(at.project)).toMatchObject({ conflicts: [] });
  expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
});
