import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase } from '@turso-sync/testing';
import { makeProject, type Run, type TestProject } from '../../test/fixtures/cli.fixture';

const SECRET = 'a value that nobody may see';

let project: TestProject;
let file: string;

beforeEach(async () => {
  project = makeProject({ url: 'file:remote.db' });
  file = project.file('summary.md');
  buildDatabase(
    project.file('remote.db'),
    `CREATE TABLE people(id INTEGER PRIMARY KEY, name); INSERT INTO people VALUES (1, 'Ada'), (77001, '${SECRET}'), (3, 'Cy')`,
  );
  expect((await project.run('init')).exit).toBe(0);
});

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return project.start(args, { env: { GITHUB_STEP_SUMMARY: file, ...env } }).ended;
}

function read(): string {
  return readFileSync(file, 'utf8');
}

const edit = (): void =>
  project.edit(`UPDATE people SET name = '${SECRET}!' WHERE id = 77001; INSERT INTO people VALUES (4, 'Di');
    ALTER TABLE people ADD COLUMN born`);

test('a push appends its counts and definitions, and no key or value', async () => {
  writeFileSync(file, 'What was there.\n');
  edit();
  expect(await run(['push', '--json'])).toMatchObject({ exit: 0 });
  expect(read()).toMatch(
    /^What was there\.\n### push of `project-\w+`\n\nPushed\.\n\nRemote: `.*` {2}\nMade: /,
  );
  expect(read()).toContain('\n| total | 0 | 1 | 1 |\n| `people` | 0 | 1 | 1 |\n');
  expect(read()).toContain('\n+   born\n');
  expect(read()).not.toMatch(/value that|77001|'Di'/);
});

test.each([
  ['diff', 'A push would carry this:', 0],
  [
    'verify',
    'The remote and the working copy differ. To equal the working copy, the remote would need this:',
    2,
  ],
])('%s appends what it found', async (command, outcome, exit) => {
  edit();
  expect(await run([command])).toMatchObject({ exit });
  expect(read()).toContain(outcome);
  expect(read()).toContain('| `people` | 0 | 1 | 1 |');
  expect(read()).not.toMatch(/value that|77001/);
  rmSync(file);
  expect((await run(['push'])).exit).toBe(0);
  rmSync(file);
  expect(await run([command])).toMatchObject({ exit: 0 });
  expect(read()).toMatch(/No changes\.|are equal\./);
});

test('undo appends what it took back', async () => {
  edit();
  await project.run('push');
  expect(await run(['undo'])).toMatchObject({ exit: 0 });
  expect(read()).toContain('Push 1 undone.\n');
  expect(read()).toContain('| `people` | 1 | 1 | 0 |');
  expect(read()).not.toMatch(/value that|77001/);
  rmSync(file);
  await run(['undo', '--list']);
  expect(existsSync(file)).toBe(false);
});

test.each(['push', 'pull'])('a conflict of a %s appends tables and counts', async (command) => {
  project.edit(`UPDATE people SET name = '${SECRET} here' WHERE id > 2`);
  editDatabase(project.file('remote.db'), `UPDATE people SET name = '${SECRET} there' WHERE id > 2`);
  expect(await run([command])).toMatchObject({ exit: 3 });
  expect(read()).toContain('\n\n2 conflicts. Nothing was written.\n');
  expect(read()).toContain('\n| `people` | update/update | 2 |\n');
  expect(read()).not.toMatch(/value that|77001/);
});

test('a pull that went well appends nothing', async () => {
  expect(await run(['pull'])).toMatchObject({ exit: 0 });
  expect(existsSync(file)).toBe(false);
});

test('a refusal of the policy appends the broken rules', async () => {
  project.edit('DELETE FROM people');
  expect(await run(['push'])).toMatchObject({ exit: 4 });
  expect(read()).toContain('Refused by the policy. Nothing was written.\n');
  expect(read()).toContain('- `deleteAllRows: All 3 rows of people are deleted.`\n');
  expect(read()).toContain(
    '\n\n`If you mean it, push with --allow deleteAllRows:people, or change "policy" in the config.`\n',
  );
});

test('a failure appends its code, message and hint, without secrets', async () => {
  rmSync(project.file('working_copy.db'));
  const token = `eyJhbGciOiJFZERTQSJ9.${'x'.repeat(20)}.${'y'.repeat(20)}`;
  expect(await run(['push'])).toMatchObject({ exit: 1 });
  expect(read()).toMatch(/\n\nFailed\.\n\n```text\nWORKING_COPY_MISSING: .*\n {2}.*\n```\n/);
  rmSync(file);
  await run(['push', '--plan', `${token}.json`], { TURSO_AUTH_TOKEN: 'another secret token' });
  expect(read()).toContain('CHANGES_UNREADABLE');
  expect(read()).not.toContain('xxxxxxxx');
});

test('TURSO_SYNC_SUMMARY adds values, or switches it off; another word adds none', async () => {
  edit();
  expect((await run(['diff'], { TURSO_SYNC_SUMMARY: 'off' })).stderr).toBe('');
  expect(existsSync(file)).toBe(false);
  expect((await run(['diff'], { TURSO_SYNC_SUMMARY: 'value' })).stderr).toContain('counts as "counts"');
  expect(read()).not.toContain(SECRET);
  expect((await run(['diff'], { TURSO_SYNC_SUMMARY: 'values' })).stderr).toBe('');
  expect(read()).toContain(`| \`id=77001\` | \`name\` | \`'${SECRET}'\` | \`'${SECRET}!'\` |`);
});

test('a file that cannot be written is a warning, and the push is made', async () => {
  for (const [i, make] of [
    () => mkdirSync(file),
    () => writeFileSync(path.dirname(file) + '/plain', ''),
  ].entries()) {
    make();
    project.edit(`INSERT INTO people VALUES (${100 + i}, 'x')`);
    const { exit, stderr, stdout } = await run(
      ['push'],
      i === 0 ? {} : { GITHUB_STEP_SUMMARY: project.file('plain/summary.md') },
    );
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: expect.stringMatching(/\nThe job summary was not written to summary\.md: /) as string,
    });
    expect(stdout).toContain('Pushed to');
  }
});

test('it never is longer than GitHub takes', async () => {
  writeFileSync(file, '');
  edit();
  for (const [room, left] of [
    [1_048_576, ''],
    [40_000, ''],
    [20_000, 'The job summary is full'],
    [0, 'The job summary is full'],
  ] as const) {
    truncateSync(file, 1_048_576 - room);
    const { exit, stderr } = await run(['diff'], { TURSO_SYNC_SUMMARY: 'values' });
    expect(exit).toBe(0);
    expect(stderr).toContain(left);
    expect(statSync(file).size).toBeLessThanOrEqual(1_048_576);
    expect(statSync(file).size > 1_048_576 - room).toBe(left === '');
  }
});

test('runs side by side do not interleave', async () => {
  edit();
  chmodSync(project.dir, 0o755);
  const runs = Array.from({ length: 4 }, () => run(['push', '--dry-run']));
  await Promise.all(runs);
  const parts = read().split(/(?=^### )/m);
  expect(parts).toHaveLength(4);
  for (const part of parts) expect(part).toMatch(/^### push of `project-\w+`\n\n(Failed|Dry run)[^]*\n\n$/);
});
