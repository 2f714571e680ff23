import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

let project: TestProject;
let remote: string;

beforeAll(async () => {
  remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(
    remote,
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); CREATE TABLE u(x); INSERT INTO t VALUES (1, 1)',
  );
  project = makeProject({ url: `file:${remote}` });
  await project.run('init');
  project.edit("UPDATE t SET v = 'two'; INSERT INTO u VALUES ('of u')");
});

test('--out writes a report in the form that its name tells', async () => {
  const { exit, stdout } = await project.run('diff', '--out', 'report.html');
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^UPDATE t 1 row\n[^]*\nReport: .*report\.html\n$/);
  expect(readFileSync(project.file('report.html'), 'utf8')).toMatch(
    /^<!doctype html>[^]*"two"[^]*<\/html>\n$/,
  );
  await project.run('diff', '--out', 'other', '--format', 'json');
  expect(readFileSync(project.file('other'), 'utf8')).toBe(
    readFileSync(project.file('.turso/default/changes.json'), 'utf8'),
  );
});

test('--format prints the report', async () => {
  const { stdout } = await project.run('diff', '--format', 'html', '--table', 'T');
  expect(stdout).toMatch(/^<!doctype html>[^]*"two"[^]*<\/html>\n$/);
  expect(stdout).not.toContain('of u');
});

test('text is what --values shows', async () => {
  const { stdout } = await project.run('diff', '--out', 'report.txt');
  expect(stdout).toMatch(/\nReport: .*report\.txt\n$/);
  expect(readFileSync(project.file('report.txt'), 'utf8')).toContain("  ~  id=1  v       1    'two'\n");
});

test('--json answers as ever beside a report in a file', async () => {
  const { result } = await project.json('diff', '--out', 'beside.html');
  expect(result).toMatchObject({ changes: { total: { update: 1 } } });
  expect(existsSync(project.file('beside.html'))).toBe(true);
});

test.each([
  [['--out', 'missing/report.html'], 'FILE_INACCESSIBLE'],
  [['--out', 'folder.html'], 'FILE_INACCESSIBLE'],
  [['--out', 'report.unknown'], 'USAGE'],
  [['--format', 'html', '--json'], 'USAGE'],
])('%j is refused and leaves nothing', async (args, code) => {
  mkdirSync(project.file('folder.html'), { recursive: true });
  const before = readdirSync(project.dir);
  const { exit, stderr } = await project.run('diff', ...args);
  expect([exit, stderr.split(':')[0]]).toEqual([1, code]);
  expect(readdirSync(project.dir)).toEqual(before);
});

test('verify, pushes that are kept, and conflicts have reports too', async () => {
  const read = (name: string): string => readFileSync(project.file(name), 'utf8');
  const verified = await project.run('verify', '--out', 'verify.md');
  expect([verified.exit, read('verify.md')]).toEqual([
    2,
    expect.stringContaining("| `id=1` | `v` | `1` | `'two'` |") as string,
  ]);
  expect(await project.run('push', '--out', 'push.md')).toMatchObject({ exit: 0 });
  expect(read('push.md')).toContain('### Changes of a push');
  expect((await project.run('verify', '--format', 'markdown')).stdout).toContain('Nothing changes.');
  expect((await project.run('undo', '--list', '--push', '1', '--format', 'markdown')).stdout).toContain(
    '### Push 1',
  );
  expect(await project.run('undo', '--list', '--push', '9', '--out', 'none.md')).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/^NOTHING_TO_UNDO: /) as string,
  });
  project.edit("UPDATE t SET v = 'mine'");
  editDatabase(remote, "UPDATE t SET v = 'theirs'");
  for (const command of ['push', 'pull', 'undo']) {
    const run = await project.run(command, '--out', `${command}.md`);
    expect([command, run.exit, read(`${command}.md`)]).toEqual([
      command,
      3,
      expect.stringMatching(/1 conflict[^]*'theirs'/),
    ]);
  }
  expect((await project.run('pull', '--format', 'json')).stdout).toContain('"turso-sync-conflicts"');
});

test('a push that cannot have its report is made all the same', async () => {
  project.edit("INSERT INTO u VALUES ('kept')");
  const before = readdirSync(project.dir);
  expect(await project.run('push', '--out', 'missing/push.md')).toMatchObject({
    exit: 1,
    stderr: expect.stringMatching(/^FILE_INACCESSIBLE: /) as string,
  });
  const { exit, stderr } = await project.run('push', '--on-conflict', 'theirs', '--out', 'folder.html');
  expect([exit, stderr]).toEqual([0, expect.stringContaining('The report was not written: ')]);
  expect((await project.json('diff')).result).toMatchObject({ changes: { total: { insert: 0 } } });
  expect(readdirSync(project.dir)).toEqual(before);
});

test('a full disk is told and leaves nothing', async () => {
  const before = readdirSync(project.dir);
  // Stands for a disk: in blocks of 512 bytes, enough for the database and not for the report.
  const { ended } = project.start(['diff', '--out', 'large.html'], { shell: 'ulimit -f 40;' });
  expect(await ended).toMatchObject({ exit: 1, stderr: expect.stringMatching(/^DISK_FULL: /) as string });
  expect(readdirSync(project.dir)).toEqual(before);
});

test('a report of an undo has what it did to the remote', async () => {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'was')",
  );
  await project.run('init');
  project.edit("UPDATE t SET v = 'to be undone'");
  expect((await project.run('push')).exit).toBe(0);
  const { exit } = await project.run('undo', '--out', 'undo.md');
  expect(exit).toBe(0);
  expect(readFileSync(project.file('undo.md'), 'utf8')).toMatch(
    /^### Changes of an undo\n[^]*\| `'to be undone'` \| `'was'` \|\n/,
  );
  project.edit("UPDATE t SET v = 'again'");
  await project.run('push');
  const { result } = await project.json<{ result: { plan: { changes: object } } }>('undo');
  expect(result.plan.changes).toMatchObject({ total: { update: 1 } });
});
