import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { makeFileProject } from '../fixtures/project.fixture';

let dir: string;

beforeEach(async () => {
  const made = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')",
  );
  dir = made.project.directory;
});

function load(stateDir?: string): Promise<Project> {
  if (stateDir !== undefined) writeFiles(dir, { 'turso-sync.config.json': { stateDir } });
  return loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: 'file:remote.db' } });
}

test.each(['.', '..', '../..', '/', './', 'x/..'])(
  '"stateDir": "%s" holds the project, and is refused',
  async (stateDir) => {
    await expect(load(stateDir)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  },
);

test.each([
  ['other names', { 'k8s.yaml': 'mine' }],
  ['a folder base', { 'base/kustomization.yaml': 'mine' }],
  ['a folder snapshot', { 'snapshot/1.snap': 'mine' }],
  ['a folder pushes', { 'pushes/notes.json': '[]' }],
  ['backups of something else', { 'backups/app.tar': 'mine' }],
  ['a folder default', { 'default/settings.json': '{}' }],
  ['files that only have our names', { 'diff.sql': 'mine', 'changes.json': '{}', 'push.json': '{}' }],
  ['a temporary folder', { 'tmp-1234567-mine/file': 'mine' }],
  ['a .gitignore and more', { '.gitignore': 'dist', 'index.ts': 'mine' }],
])('a folder with %s is refused, and left as it is', async (_, files) => {
  writeFiles(path.join(dir, 'used'), files);
  const project = await load('used');
  await expect(init(project)).rejects.toMatchObject({
    code: 'STATE_FOREIGN',
    hint: expect.stringContaining('stateDir') as string,
  });
  expect(contentOf(path.join(dir, 'used'))).toEqual(files);
});

test.each([
  ['an empty folder', {}],
  ['one with what systems put there', { '.DS_Store': '', '.gitkeep': '' }],
  ['one with a replica', { 'live/replica.db': '', 'live/replica.db-client_wal_index': '' }],
  ['one with a replica beside it all', { 'replica.db': '', 'replica.db-lock': '' }],
])('%s becomes the state folder', async (_, files) => {
  mkdirSync(path.join(dir, 'state'));
  writeFiles(path.join(dir, 'state'), files);
  const project = await load('state');
  expect(await init(project)).toMatchObject({ outcome: 'created' });
  expect(await push(project)).toMatchObject({ outcome: 'nothing' });
});

test('it keeps itself out of version control', async () => {
  const project = await load();
  await init(project);
  const ignore = path.join(project.files.directory, '.gitignore');
  expect(readFileSync(ignore, 'utf8').split('\n')).toContain('*');
  rmSync(ignore);
  await diff(project);
  expect(existsSync(ignore)).toBe(true);
});

test('one that came from a cache, with only a snapshot, is known', async () => {
  const project = await load();
  await init(project);
  const cached = makeTempDir();
  renameSync(project.files.snapshot.directory, path.join(cached, 'snapshot'));
  for (const left of [project.files.directory, project.workingCopy]) rmSync(left, { recursive: true });
  mkdirSync(project.files.environment, { recursive: true });
  renameSync(path.join(cached, 'snapshot'), project.files.snapshot.directory);
  expect(await init(project, { snapshot: 'use' })).toMatchObject({ outcome: 'created' });
});

/** Every file in a folder, with its text. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file), readFileSync(file, 'utf8')];
    }),
  );
}
