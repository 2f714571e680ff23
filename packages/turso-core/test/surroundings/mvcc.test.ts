import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { compareDatabases } from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

let scene: FileProject;
let log: string;

/** As Turso Database leaves a file in MVCC mode: 255 in bytes 18 and 19 of the header, and a log beside it. */
beforeEach(async () => {
  scene = await makeFileProject("CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')");
  await init(scene.project);
  const { workingCopy } = scene.project;
  const bytes = readFileSync(workingCopy);
  bytes.fill(255, 18, 20);
  writeFileSync(workingCopy, bytes);
  log = `${workingCopy}-log`;
  writeFileSync(log, 'edits');
});

test.each([
  ['diff', () => diff(scene.project)],
  ['push', () => push(scene.project)],
  ['pull', () => pull(scene.project)],
  ['init', () => init(scene.project)],
])(
  '%s says which mode the working copy is in, how to leave it, and leaves both files alone',
  async (_, run) => {
    scene.editRemote('INSERT INTO t VALUES (2, 2)');
    const before = readFileSync(scene.project.workingCopy);
    await expect(run()).rejects.toMatchObject({
      code: 'WORKING_COPY_MVCC',
      hint: expect.stringContaining("journal_mode = 'wal'") as string,
    });
    expect(readFileSync(scene.project.workingCopy).equals(before)).toBe(true);
    expect(readFileSync(log, 'utf8')).toBe('edits');
  },
);

test.each([
  ['push', () => push(scene.project)],
  ['pull', () => pull(scene.project)],
  ['init', () => init(scene.project, { force: true })],
])('%s says the same of a remote that is a file, and leaves it alone', async (_, run) => {
  writeFileSync(scene.project.workingCopy, readFileSync(scene.project.files.base.database));
  scene.edit("INSERT INTO t VALUES (3, 'ours')");
  const bytes = readFileSync(scene.remote);
  bytes.fill(255, 18, 20);
  writeFileSync(scene.remote, bytes);
  await expect(run()).rejects.toMatchObject({
    code: 'REMOTE_NOT_LIBSQL',
    message: expect.stringContaining('MVCC mode') as string,
    hint: expect.stringContaining("journal_mode = 'wal'") as string,
  });
  expect(readFileSync(scene.remote).equals(bytes)).toBe(true);
});

test('status says so too', async () => {
  expect(await status(scene.project)).toMatchObject({ pending: { problem: { code: 'WORKING_COPY_MVCC' } } });
});

test('by force, the log goes with the backup, and none is left for the new file', async () => {
  const before = readFileSync(scene.project.workingCopy);
  const { backup } = await init(scene.project, { force: true });
  expect(readFileSync(String(backup)).equals(before)).toBe(true);
  expect(readFileSync(`${String(backup)}-log`, 'utf8')).toBe('edits');
  expect(existsSync(log)).toBe(false);
  expect(compareDatabases(scene.remote, scene.project.workingCopy)).toEqual([]);
});
