import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { buildDatabase } from '@turso-sync/testing';
import { leftovers, makeProject, type TestProject } from '../fixtures/cli.fixture';

const BASE = `CREATE TABLE people(id INTEGER PRIMARY KEY, mail); INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x');
  CREATE TABLE visits(person); INSERT INTO visits VALUES (1), (2)`;

const ORPHANS =
  '-- Each visit has its person.\nSELECT * FROM visits WHERE person NOT IN (SELECT id FROM people);\n';
const MAILS = "SELECT id, mail FROM people WHERE mail NOT LIKE '%@%'";
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0';

async function start(checks: Readonly<Record<string, string>>, config: object = {}): Promise<TestProject> {
  const files = Object.entries(checks).map(([name, sql]) => [`checks/${name}`, sql] as const);
  const project = makeProject(
    { url: 'file:remote.db' },
    { 'turso-sync.config.json': JSON.stringify(config), ...Object.fromEntries(files) },
  );
  buildDatabase(project.file('remote.db'), BASE);
  expect((await project.run('init')).exit).toBe(0);
  return project;
}

test('checks that return no row pass, and the push goes through', async () => {
  const project = await start({ 'mails.sql': MAILS, 'orphans.sql': ORPHANS, 'notes.txt': 'no check' });
  expect(await project.run('check')).toMatchObject({ exit: 0, stdout: '2 checks passed.\n' });
  project.edit("UPDATE people SET mail = 'c@x' WHERE id = 1");
  expect((await project.run('push')).exit).toBe(0);
});

test('a check that returns rows fails, and refuses the push unless an exception names it', async () => {
  const project = await start({ 'mails.sql': MAILS, 'orphans.sql': ORPHANS });
  project.edit("DELETE FROM people WHERE id = 2; UPDATE people SET mail = 'none'");
  expect(await project.run('check')).toMatchObject({
    exit: 4,
    stdout: `mails.sql: returned 1 row, and must return none.
  id=1 mail='none'
orphans.sql: returned 1 row, and must return none.
  person=2
2 of 2 checks failed.
`,
  });
  const before = project.digests()['remote.db'];
  for (const args of [['push'], ['push', '--dry-run']]) {
    const { exit, stdout } = await project.run(...args);
    expect(exit).toBe(4);
    expect(stdout).toContain('  check: The check mails.sql returned 1 row, and must return none.\n');
    expect(stdout).toContain('push with --allow check:mails.sql --allow check:orphans.sql,');
    expect(stdout).not.toContain('none@');
  }
  expect(project.digests()['remote.db']).toBe(before);
  expect((await project.run('push', '--allow', 'check:mails.sql')).exit).toBe(4);
  expect((await project.run('push', '--allow', 'check')).exit).toBe(0);
});

test('many rows are counted, and the first ones told, as JSON too', async () => {
  const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, 'x' AS word FROM n";
  const project = await start({ 'many.sql': many });
  const { stdout } = await project.run('check');
  expect(stdout).toContain("many.sql: returned 1000 rows or more, and must return none.\n  i=1 word='x'\n");
  expect(stdout).toContain('  ... and more\n');
  expect(await project.json('check')).toMatchObject({
    ok: true,
    result: {
      outcome: 'failed',
      checks: [{ name: 'many.sql', rows: 1000, hasMore: true, columns: ['i', 'word'] }],
    },
  });
});

test('a project without checks has nothing to check', async () => {
  const project = await start({});
  const none = { exit: 0, stdout: `No checks in ${project.file('checks')}.\n` };
  expect(await project.run('check')).toMatchObject(none);
  mkdirSync(project.file('checks'));
  expect(await project.run('check')).toMatchObject(none);
});

test('a folder of checks that the config names and that is not there is an error, also for a push', async () => {
  const project = await start({}, { checks: 'my-checks' });
  project.edit("UPDATE people SET mail = 'c@x' WHERE id = 1");
  const before = project.digests();
  for (const command of ['check', 'push']) {
    const { exit, stderr } = await project.run(command);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/^CHECK_INVALID: The checks in .*my-checks cannot be read: ENOENT/m);
  }
  expect(project.digests()).toEqual(before);
  mkdirSync(project.file('my-checks'));
  writeFileSync(project.file('my-checks/one.sql'), 'SELECT 1');
  expect((await project.run('check')).exit).toBe(4);
});

test('a check may be in a subfolder, and be written by any editor', async () => {
  const project = await start({
    'one.sql': '\ufeff-- A byte order mark, and lines of Windows\r\nSELECT 1;\r\n-- the end',
    'two.SQL': 'SELECT 2;;\n/* open',
    'rows/of people/three.sql': 'WITH a AS (SELECT 3) SELECT * FROM a',
    'rows.sql/four.sql': 'VALUES (4), (5)',
    '._one.sql': '\0\u0005',
    'rows/.#three.sql': 'no query',
    'two.sql.orig': 'no query',
  });
  const { exit, stdout } = await project.run('check');
  expect(exit).toBe(4);
  expect(stdout.split('\n').filter((line) => line.includes(': '))).toEqual([
    'one.sql: returned 1 row, and must return none.',
    'rows.sql/four.sql: returned 2 rows, and must return none.',
    'rows/of people/three.sql: returned 1 row, and must return none.',
    'two.SQL: returned 1 row, and must return none.',
  ]);
  project.edit("UPDATE people SET mail = 'c@x' WHERE id = 1");
  const push = await project.run('push');
  expect(push.stdout).toContain("--allow 'check:rows/of people/three.sql'");
});

describe('a check that is not one query that reads', () => {
  test.each([
    ['writes', 'DELETE FROM people RETURNING id', 'it writes'],
    ['is no query', 'DELETE FROM people', 'it is not a query'],
    ['is two statements', 'SELECT 1 WHERE 0; SELECT 2', 'more than one statement'],
    ['attaches a file', "ATTACH 'other.db' AS other", 'it is not a query'],
    ['is empty', '-- nothing\n', 'no statements'],
    ['does not parse', 'SELEC 1', 'syntax error'],
    ['names no table', 'SELECT * FROM nowhere', 'no such table'],
    ['has a parameter', 'SELECT ?', 'parameter'],
    [
      'hides what follows a NUL',
      'SELECT 1 WHERE 0\0; DELETE FROM people',
      'it holds a NUL; is it saved as UTF-8',
    ],
    ['sets a pragma', 'PRAGMA user_version = 5', 'it '],
    ['makes a table', 'CREATE TEMP TABLE x AS SELECT 1', 'it is not a query'],
    ['calls a program', "SELECT load_extension('x')", 'not authorized'],
  ])('%s', async (_, sql, reason) => {
    const project = await start({ 'a.sql': 'SELECT 1 WHERE 0', 'b.sql': sql });
    project.edit("UPDATE people SET mail = 'c@x' WHERE id = 1");
    const before = project.digests();
    for (const command of [['check'], ['push'], ['push', '--checks-on-remote']]) {
      const { exit, stderr } = await project.run(...command);
      expect(exit).toBe(1);
      expect(stderr).toMatch(/^CHECK_INVALID: The check b\.sql cannot be run: /m);
      expect(stderr).toContain(reason);
    }
    expect(project.digests()).toEqual(before);
    expect(leftovers(project)).toEqual([]);
  });

  test('or does not end', async () => {
    const project = await start({ 'endless.sql': ENDLESS }, { checkSeconds: 1 });
    project.edit("UPDATE people SET mail = 'c@x' WHERE id = 1");
    const before = project.digests();
    const { exit, stderr } = await project.run('push');
    expect(exit).toBe(1);
    expect(stderr).toContain('CHECK_TIMEOUT: The check endless.sql did not end within 1 second.\n');
    expect(project.digests()).toEqual(before);
    expect(leftovers(project)).toEqual([]);
  });

  test('or no file', async () => {
    const project = await start({ 'a.sql': 'SELECT 1' });
    rmSync(project.file('checks'), { recursive: true });
    writeFileSync(project.file('checks'), '');
    expect((await project.run('check')).stderr).toMatch(/^CHECK_INVALID: The checks in /);
  });
});
