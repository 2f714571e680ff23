import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { restore } from '../../src/commands/restore';
import { snapshot } from '../../src/commands/snapshot';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

let scene: FileProject;
let elsewhere: string;

beforeEach(async () => {
  scene = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  );
  elsewhere = makeTempDir();
});

const load = (url = 'file:remote.db'): Promise<Project> =>
  loadProject({ cwd: scene.project.directory, variables: { TURSO_DATABASE_URL: url } });

/** Moves a file or folder elsewhere, and leaves a link in its place. */
function moveBehindLink(file: string): string {
  const real = path.join(elsewhere, 'real');
  renameSync(file, real);
  symlinkSync(real, file);
  return real;
}

/** Edits a file whose log a reader keeps from being moved into it, so that the edit is only there. */
async function withEditInLog<T>(file: string, work: () => Promise<T>): Promise<T> {
  const [writer, reader] = [new Database(file), new Database(file)];
  writer.pragma('journal_mode = WAL');
  reader.exec('BEGIN; SELECT * FROM t');
  writer.exec("UPDATE t SET v = 'edited' WHERE id = 1");
  try {
    return await work();
  } finally {
    reader.close();
    writer.close();
  }
}

describe('a working copy behind a link', () => {
  let real: string;
  beforeEach(async () => {
    await init(scene.project);
    real = moveBehindLink(scene.project.workingCopy);
  });

  test('has its edits in the log compared and pushed', async () => {
    const project = await load();
    await withEditInLog(real, async () => {
      expect(await diff(project)).toMatchObject({ changes: { total: { update: 1 } } });
      expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    });
    expect(scene.queryRemote('SELECT v FROM t WHERE id = 1')).toEqual([['edited']]);
  });

  test('keeps its edits in the log through a pull, and backs them up', async () => {
    scene.editRemote("UPDATE t SET v = 'theirs' WHERE id = 2");
    await withEditInLog(real, async () => pull(await load()));
    expect(rows(real)).toEqual([['edited'], ['theirs']]);
    const { file } = await restore(await load(), { to: path.join(makeTempDir(), 'before.db') });
    expect(rows(file)).toEqual([['edited'], ['b']]);
  });

  test('is replaced by force behind its link, with a backup of its edits', async () => {
    const { backup } = await withEditInLog(real, async () => init(await load(), { force: true }));
    expect(rows(real)).toEqual([['a'], ['b']]);
    expect(rows(String(backup))).toEqual([['edited'], ['b']]);
  });

  test('is refused when it leads to the remote', async () => {
    rmSync(scene.project.workingCopy);
    symlinkSync(scene.remote, scene.project.workingCopy);
    const project = await load();
    expect(() => project.address()).toThrow(/names the working copy itself/);
  });
});

test('a working copy that is another name of the remote is refused', async () => {
  linkSync(scene.remote, scene.project.workingCopy);
  const project = await load();
  expect(() => project.address()).toThrow(/names the working copy itself/);
});

test('a link to a working copy that does not exist yet leads to where it is made', async () => {
  const real = path.join(elsewhere, 'app.db');
  symlinkSync(real, scene.project.workingCopy);
  expect(await init(await load())).toMatchObject({ outcome: 'created' });
  expect(rows(real)).toEqual([['a'], ['b']]);
});

test('what is only in the log of a remote behind a link is taken', async () => {
  const real = moveBehindLink(scene.remote);
  const before = await init(await load());
  await withEditInLog(real, async () => {
    const { snapshot: after } = await snapshot(await load());
    expect(after.fingerprint).not.toBe(before.snapshot.fingerprint);
    await pull(await load());
  });
  expect(rows(scene.project.workingCopy)).toEqual([['edited'], ['b']]);
});

test('a state folder behind a link works as any other', async () => {
  await init(scene.project);
  const real = moveBehindLink(scene.project.files.directory);
  const project = await load();
  expect(project.files.directory).toBe(real);
  scene.edit("UPDATE t SET v = 'edited' WHERE id = 1");
  expect(await push(project)).toMatchObject({ outcome: 'pushed' });
});

test.each([
  'backups',
  'lock',
  'default',
  'default/base',
  'default/pushes',
  'default/push.json.new',
  'default/diff.sql',
])('a link %s in the state folder is not followed', async (name) => {
  const { project } = scene;
  await init(project);
  const [link, target] = [path.join(project.files.directory, name), path.join(elsewhere, 'target')];
  rmSync(link, { recursive: true, force: true });
  if (/[.]|lock/.test(name)) writeFileSync(target, 'mine');
  else mkdirSync(target);
  symlinkSync(target, link);
  for (const work of [() => init(project), () => push(project), () => diff(project), () => pull(project)])
    await expect(work()).rejects.toMatchObject({ code: 'STATE_FOREIGN' });
  expect(/[.]|lock/.test(name) ? readFileSync(target, 'utf8') : readdirSync(target)).toEqual(
    /[.]|lock/.test(name) ? 'mine' : [],
  );
});

function rows(file: string): unknown[] {
  const db = new Database(file);
  try {
    return db.prepare('SELECT v FROM t ORDER BY id').raw().all();
  } finally {
    db.close();
  }
}
