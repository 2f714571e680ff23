import { readFileSync, writeFileSync } from 'node:fs';
import { compareDatabases } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { verify } from '../../src/commands/verify';
import type { CoreEvent } from '../../src/events';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

/** Full-text tables as other versions of SQLite, and apps, leave them: stored rows differ from what the index has. */
const INDEXES = {
  'fts5 by another version': `CREATE VIRTUAL TABLE f USING fts5(name, lat); INSERT INTO f(rowid, name, lat) VALUES (1, 'Berlin', 52.5);
    UPDATE f_content SET c1 = 52.500000000000004`,
  'fts4 by another version': `CREATE VIRTUAL TABLE f USING fts4(name, lat); INSERT INTO f(docid, name, lat) VALUES (1, 'Berlin', 52.5);
    UPDATE f_content SET c1lat = 52.500000000000004`,
  'fts4 over some rows of a table': `CREATE TABLE n(id INTEGER PRIMARY KEY, v); INSERT INTO n VALUES (1, 'a'), (2, 'b');
    CREATE VIRTUAL TABLE f USING fts4(content='n', v); INSERT INTO f(docid, v) VALUES (1, 'a')`,
  'fts5 over some rows of a table': `CREATE TABLE n(id INTEGER PRIMARY KEY, v); INSERT INTO n VALUES (1, 'a'), (2, 'b');
    CREATE VIRTUAL TABLE f USING fts5(v, content='n', content_rowid='id'); INSERT INTO f(rowid, v) VALUES (1, 'a')`,
};

const warnings: string[] = [];
const onEvent = (event: CoreEvent): void => {
  if (event.type === 'warning') warnings.push(event.message);
};
beforeEach(() => (warnings.length = 0));

describe.each(Object.entries(INDEXES))('%s', (name, sql) => {
  /** SQLite itself does not check that an fts5 index over another table fits it. */
  const isNamed = name !== 'fts5 over some rows of a table';

  test('on the remote is kept, named, and in nobody’s way', async () => {
    const scene = await makeFileProject(`CREATE TABLE t(id INTEGER PRIMARY KEY, v); ${sql}`);
    const { project } = scene;
    await init(project, { onEvent });
    expect(warnings.filter((text) => /full-text tables.*: f\./.test(text))).toHaveLength(isNamed ? 1 : 0);
    scene.edit('INSERT INTO t VALUES (1, 1)');
    expect(await push(project, { onEvent })).toMatchObject({
      outcome: 'pushed',
      changes: { total: { insert: 1 } },
    });
    scene.editRemote('INSERT INTO t VALUES (2, 2)');
    expect(await pull(project, { onEvent })).toMatchObject({ conflicts: [] });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    await dump(project, { of: 'remote' });
    expect(compareDatabases(scene.remote, project.workingCopy)).toEqual([]);
  });

  test('in the working copy is carried with its rows, beside all others', async () => {
    const scene = await makeFileProject('CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
    const { project } = scene;
    await init(project);
    scene.edit(`${sql}; INSERT INTO t VALUES (1, 1)`);
    await diff(project, { onEvent });
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(warnings.some((text) => text.includes('full-text table f '))).toBe(
      name.endsWith('by another version'),
    );
    expect(scene.queryRemote('SELECT count(*) FROM f')).toEqual(
      rows(project.workingCopy, 'SELECT count(*) FROM f'),
    );
    expect(scene.queryRemote('SELECT count(*) FROM t')).toEqual([[1]]);
  });
});

test.each([
  ['NOT NULL', 'v NOT NULL', 'NULL', 1],
  // SQLite looks at these only where it may write, and a snapshot is only read.
  ['CHECK', 'v CHECK (v > 5)', '1', 0],
  ['a type', 'v TEXT', '1', 1],
])('rows that are older than %s are kept, and their table is named', async (_, column, value, count) => {
  const scene = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, ${value}), (2, ${value})`,
  );
  const db = new Database(scene.remote);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  db.prepare('UPDATE sqlite_schema SET sql = ?').run(`CREATE TABLE t(id INTEGER PRIMARY KEY, ${column})`);
  db.close();
  await init(scene.project, { onEvent });
  expect(warnings.filter((text) => /break a rule.*: t\./.test(text))).toHaveLength(count);
  scene.edit('INSERT INTO t VALUES (9, 9)');
  expect(await push(scene.project)).toMatchObject({ outcome: 'pushed' });
  expect(await verify(scene.project)).toMatchObject({ outcome: 'equal' });
});

test('damaged pages are refused under their own code', async () => {
  const scene: FileProject = await makeFileProject(
    `CREATE TABLE t(v); INSERT INTO t SELECT zeroblob(900) FROM json_each('[1,2,3,4,5,6,7,8,9,10,11,12]')`,
  );
  const bytes = readFileSync(scene.remote);
  bytes.fill(255, 2 * 4096, 3 * 4096);
  writeFileSync(scene.remote, bytes);
  await expect(init(scene.project)).rejects.toMatchObject({ code: 'REMOTE_DAMAGED' });
});

function rows(file: string, sql: string): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}
