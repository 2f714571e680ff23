import { copyFileSync, cpSync, existsSync, linkSync, renameSync } from 'node:fs';
import path from 'node:path';
import { editDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { makeFileProject } from '../fixtures/project.fixture';

let dir: string;

/** The project with this file as its working copy. All of them have the same state folder. */
async function project(workingCopy: string, cwd = dir): Promise<Project> {
  writeFiles(cwd, { 'turso-sync.config.json': { workingCopy } });
  return loadProject({ cwd, variables: { TURSO_DATABASE_URL: `file:${path.join(dir, 'remote.db')}` } });
}

beforeEach(async () => {
  const made = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'old')",
  );
  dir = made.project.directory;
  await init(await project('a.db'));
});

const SHARED = {
  code: 'STATE_SHARED',
  message: expect.stringContaining('a.db') as string,
  hint: expect.stringContaining('stateDir') as string,
};

function valueIn(file: string): unknown {
  return using(openReadOnly(path.join(dir, file)), (db) => db.prepare('SELECT v FROM t').pluck().get());
}

test('a second working copy is not made, and the first one goes on', async () => {
  await expect(init(await project('c.db'))).rejects.toMatchObject(SHARED);
  expect(existsSync(path.join(dir, 'c.db'))).toBe(false);
  const first = await project('a.db');
  editDatabase(first.workingCopy, "UPDATE t SET v = 'new'");
  expect(await push(first)).toMatchObject({ outcome: 'pushed' });
});

test.each([
  ['push', push],
  ['a dry run', (other: Project) => push(other, { dryRun: true })],
  ['diff', diff],
  ['pull', pull],
  ['init', init],
] as const)(
  '%s refuses a second working copy, which lacks what was pushed from the first',
  async (_, verb) => {
    copyFileSync(path.join(dir, 'a.db'), path.join(dir, 'c.db'));
    const first = await project('a.db');
    editDatabase(first.workingCopy, "UPDATE t SET v = 'new'");
    await push(first);
    await expect(verb(await project('c.db'))).rejects.toMatchObject(SHARED);
    expect(['remote.db', 'a.db', 'c.db'].map(valueIn)).toEqual(['new', 'new', 'old']);
  },
);

test('status says it as well', async () => {
  copyFileSync(path.join(dir, 'a.db'), path.join(dir, 'c.db'));
  expect(JSON.stringify(await status(await project('c.db')))).toContain('belongs to another working copy');
});

test('with force, another working copy takes the place of the first', async () => {
  const other = await project('c.db');
  expect(await init(other, { force: true })).toMatchObject({ outcome: 'created' });
  editDatabase(other.workingCopy, "UPDATE t SET v = 'new'");
  expect(await push(other)).toMatchObject({ outcome: 'pushed' });
  const swapped = { ...SHARED, message: expect.stringContaining('c.db') as string };
  await expect(push(await project('a.db'))).rejects.toMatchObject(swapped);
});

test('a renamed working copy is the same one', async () => {
  renameSync(path.join(dir, 'a.db'), path.join(dir, 'c.db'));
  const renamed = await project('c.db');
  editDatabase(renamed.workingCopy, "UPDATE t SET v = 'new'");
  expect(await push(renamed)).toMatchObject({ outcome: 'pushed' });
  // From now on, the state is that of the new name.
  copyFileSync(renamed.workingCopy, path.join(dir, 'a.db'));
  await expect(push(await project('a.db'))).rejects.toMatchObject({ code: 'STATE_SHARED' });
});

test('another name of the same file is the same working copy', async () => {
  linkSync(path.join(dir, 'a.db'), path.join(dir, 'c.db'));
  expect(await diff(await project('c.db'))).toMatchObject({ changes: { total: { update: 0 } } });
});

test('a copy of the whole project is a project of its own', async () => {
  const copy = path.join(makeTempDir(), 'copy');
  cpSync(dir, copy, { recursive: true });
  const copied = await project('a.db', copy);
  editDatabase(copied.workingCopy, "UPDATE t SET v = 'new'");
  expect(await push(copied)).toMatchObject({ outcome: 'pushed' });
});
