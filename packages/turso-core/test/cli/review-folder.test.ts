import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { buildDatabase } from '@turso-sync/testing';
import { filesIn, makeProject, type TestProject } from '../fixtures/cli.fixture';

let project: TestProject;

beforeEach(async () => {
  project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  );
  expect((await project.run('init')).exit).toBe(0);
});

test('diff --review has the plan to push, and the reports of it', async () => {
  project.edit("UPDATE t SET v = 'reviewed' WHERE id = 1");
  expect(await project.run('diff', '--review', 'new/review')).toMatchObject({ exit: 0 });
  const folder = project.file('new/review');
  expect(filesIn(folder)).toEqual(['changes.html', 'changes.md', 'plan.json']);
  for (const name of filesIn(folder)) {
    expect(readFileSync(`${folder}/${name}`, 'utf8')).toContain('reviewed');
    expect(statSync(`${folder}/${name}`).mode & 0o077).toBe(0);
  }
  project.edit("UPDATE t SET v = 'later' WHERE id = 2");
  expect((await project.run('push', '--plan', 'new/review/plan.json')).stdout).toContain('UPDATE t 1 row');
});

test('a policy that refuses the plan is told in it, and by the exit code', async () => {
  project.edit('DELETE FROM t');
  expect(await project.run('diff', '--review', 'review', '--exit-code')).toMatchObject({ exit: 4 });
  expect(await project.run('diff', '--review', 'review')).toMatchObject({ exit: 4 });
  expect(readFileSync(project.file('review/changes.md'), 'utf8')).toContain('All 2 rows of t are deleted.');
});

test('without changes it says so, and its plan does nothing', async () => {
  expect(await project.run('diff', '--review', 'review')).toMatchObject({ exit: 0 });
  expect(readFileSync(project.file('review/changes.md'), 'utf8')).toMatch(/\nNothing changes\.\n$/);
  expect(await project.run('push', '--plan', 'review/plan.json')).toMatchObject({ exit: 0 });
});

test('a folder that cannot be made is refused before anything is done', async () => {
  writeFileSync(project.file('file'), '');
  const { exit, stderr } = await project.run('diff', '--review', 'file/review');
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^FILE_INACCESSIBLE: /);
  expect((await project.run('diff', '--review', 'file')).stderr).toMatch(
    /^FILE_INACCESSIBLE: .*file cannot be used: something of that name already exists \(EEXIST\)\.\n/,
  );
  expect(await project.run('diff', '--review', 'review', '--save', 'plan.json')).toMatchObject({ exit: 1 });
});
