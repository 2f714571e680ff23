import fs from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import diff from './diff';
import init from './init';
import push from './push';
import { reviewFolder } from './review-folder';
import snapshot from './snapshot';
import { makeApp, type TestApp } from './task.fixture';

let app: TestApp;
let remote: string;
let workingCopy: string;
const review = (file: string): string => path.join(app.directory, '..', '..', 'review/mailer', file);

beforeEach(async () => {
  remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(remote, "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
  app = await makeApp({ TURSO_DATABASE_URL: `file:${remote}` });
  workingCopy = path.join(app.directory, 'working_copy.db');
  await app.run(snapshot, 'turso-snapshot');
  await app.run(init, 'turso-init');
});

test("diff saves a review to the project's folder, and push carries out just that", async () => {
  editDatabase(workingCopy, "UPDATE t SET v = 'reviewed' WHERE id = 1");
  expect(await app.run(diff, 'turso-diff', { review: 'review' })).toMatchObject({ success: true });
  expect(fs.readFileSync(review('changes.md'), 'utf8')).toMatch(/^### mailer\n[^]*reviewed/);
  expect(fs.readdirSync(review('.')).sort()).toEqual(['changes.html', 'changes.md', 'plan.json']);
  editDatabase(workingCopy, "UPDATE t SET v = 'later' WHERE id = 2");
  expect(await app.run(push, 'turso-push', { review: 'review' })).toMatchObject({ success: true });
  expect(compareDatabases(remote, workingCopy)).toHaveLength(1);
});

test.each([
  ['turso-diff', 'save'],
  ['turso-push', 'plan'],
])('%s refuses "%s" beside "review", and does nothing', async (target, name) => {
  const executor = target === 'turso-diff' ? diff : push;
  const { success, stderr } = await app.run(executor, target, { review: 'review', [name]: 'plan.json' });
  expect(success).toBe(false);
  expect(stderr).toContain(`USAGE: The options "review" and "${name}" cannot be given together.`);
  expect(fs.existsSync(path.dirname(review('.')))).toBe(false);
});

test('a plan that the policy refuses fails the task, and the report says so', async () => {
  editDatabase(workingCopy, 'DELETE FROM t');
  expect(await app.run(diff, 'turso-diff', { review: 'review' })).toMatchObject({ success: false });
  expect(fs.readFileSync(review('changes.md'), 'utf8')).toContain('All 2 rows of t are deleted.');
});

test('push fails without a plan in the review', async () => {
  const { success, stderr } = await app.run(push, 'turso-push', { review: 'none' });
  expect(success).toBe(false);
  expect(stderr).toContain('CHANGES_UNREADABLE');
});

test.each([
  ['mailer', 'mailer'],
  ['@scope/my-app.2', '@scope/my-app.2'],
  ['..', null],
  ['a/../b', null],
  ['/a', null],
  ['', null],
  [':a:b', null],
  ['a,b', null],
  ['a*', null],
  ['a.', null],
  ['nul', null],
  ['apps/Con.app', null],
])('the folder of the project %j', (projectName, name) => {
  const folder = (): string => reviewFolder('review', { root: '/work', projectName } as never);
  if (name === null) expect(folder).toThrow('cannot name a folder');
  else expect(folder()).toBe(path.resolve('/work/review', name));
});
