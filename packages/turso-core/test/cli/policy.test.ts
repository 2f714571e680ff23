import { buildDatabase, editDatabase } from '@turso-sync/testing';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

const BASE = `CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cyd');
  CREATE TABLE drafts(text); INSERT INTO drafts VALUES ('a'), ('b'); CREATE TABLE "odd: it's"(a); INSERT INTO "odd: it's" VALUES (1), (2)`;

const REFUSED = `DROP table drafts
DELETE people 3 rows
DELETE drafts 2 rows
Total: 0 rows inserted, 0 updated, 5 deleted.
Refused by the policy: nothing was written. These rules forbid it:
  dropTable: The table drafts is dropped, with 2 rows.
  deleteAllRows: All 3 rows of people are deleted.
If you mean it, push with --allow dropTable:drafts --allow deleteAllRows:people, or change "policy" in the config.
`;

async function start(config: object, checks: Record<string, string> = {}): Promise<TestProject> {
  const project = makeProject(
    { url: 'file:remote.db' },
    { 'turso-sync.config.json': JSON.stringify(config), ...checks },
  );
  buildDatabase(project.file('remote.db'), BASE);
  expect((await project.run('init')).exit).toBe(0);
  return project;
}

test('a refused push ends with 4 and says what allows it, which then does', async () => {
  const project = await start({});
  project.edit('DELETE FROM people; DROP TABLE drafts');
  const before = project.digests()['remote.db'];
  for (const args of [['push'], ['push', '--dry-run']])
    expect(await project.run(...args)).toMatchObject({ exit: 4, stdout: REFUSED });
  const diff = await project.run('diff', '--exit-code');
  expect(diff.exit).toBe(4);
  expect(diff.stdout).toContain('These rules refuse to push this:\n  dropTable: The table drafts');
  expect((await project.run('diff')).exit).toBe(0);
  expect(project.digests()['remote.db']).toBe(before);
  expect(await project.json('push', '--allow', 'dropTable')).toMatchObject({
    ok: true,
    result: { outcome: 'refused', plan: { verdict: { broken: [{ exception: 'deleteAllRows:people' }] } } },
  });
  const allowed = await project.run('push', '--allow', 'dropTable:drafts', '--allow', 'deleteAllRows:people');
  expect(allowed.exit).toBe(0);
  expect(allowed.stdout).toContain(
    'Allowed this time: dropTable: The table drafts is dropped, with 2 rows.\n',
  );
});

test('an exception for a table of an odd name is written as a shell takes it', async () => {
  const project = await start({});
  project.edit(`DELETE FROM "odd: it's"`);
  const { stdout } = await project.run('push');
  expect(stdout).toContain(`--allow 'deleteAllRows:odd: it'\\''s',`);
  expect((await project.run('push', '--allow', "deleteAllRows:odd: it's")).exit).toBe(0);
});

test('an environment has the rules at the top and its own', async () => {
  const staging = {
    urlVariable: 'STAGING_URL',
    policy: { maxDeletedRows: null, allow: { dropTable: true } },
  };
  const project = await start({
    policy: { maxDeletedRows: 1, allow: { deleteAllRows: true } },
    environments: { staging },
  });
  buildDatabase(project.file('staging.db'), BASE);
  const env = { STAGING_URL: 'file:staging.db' };
  expect((await project.start(['pull', '--env', 'staging'], { env }).ended).exit).toBe(0);
  editDatabase(project.file('working_copy.db'), 'DELETE FROM people; DROP TABLE drafts');
  expect((await project.start(['push', '--env', 'staging'], { env }).ended).exit).toBe(0);
  const { result } = await project.json<{ result: { plan: { verdict: { broken: object[] } } } }>('push');
  expect(result.plan.verdict.broken).toMatchObject([
    { rule: 'dropTable', table: 'drafts' },
    { rule: 'maxDeletedRows', count: 5, limit: 1 },
  ]);
});

const BAD_CHECK = { 'checks/bad.sql': 'SELECT 1' };

test.each<[string, object, Record<string, string>, string[], string]>([
  [
    'a rule',
    { protectedTables: ['people'] },
    {},
    [],
    '--allow protectedTables:people, or change "policy" in the config',
  ],
  ['the limit of the policy', { maxRowsWritten: 0 }, {}, [], '--allow maxRowsWritten, or raise the limit'],
  ['the limit of a push', {}, {}, ['--max-rows-written', '2'], '--allow maxRowsWritten, or raise the limit'],
  ['a check', {}, BAD_CHECK, [], '--allow check:bad.sql, or fix what the checks return'],
  [
    'all of them',
    { maxRowsWritten: 0, protectedTables: ['people'] },
    BAD_CHECK,
    [],
    '--allow maxRowsWritten --allow protectedTables:people --allow check:bad.sql, or fix what the checks return and raise the limit and change "policy" in the config',
  ],
])('a push that %s refuses names what can allow it', async (_, policy, checks, args, ways) => {
  const project = await start({ policy }, checks);
  project.edit("UPDATE people SET name = name || '!'");
  const { exit, stdout } = await project.run('push', ...args);
  expect(exit).toBe(4);
  expect(stdout).toContain(`\nIf you mean it, push with ${ways}.\n`);
});

test('an unknown exception is a clear error', async () => {
  const project = await start({});
  const run = await project.run('push', '--allow', 'dropTabel:drafts');
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toMatch(/^USAGE: A policy has no rule "dropTabel".*\n {2}Did you mean "dropTable"\?/);
});
