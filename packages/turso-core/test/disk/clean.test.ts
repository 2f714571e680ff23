import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import type { CleanResult } from '../../src/commands/clean';
import { makeProject, type Answer, type TestProject } from '../fixtures/cli.fixture';

const OLD = '2020-01-02T03-04-05-678Z';

let project: TestProject;

beforeEach(async () => {
  project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)',
  );
  await ok('init');
});

async function ok(...args: string[]): Promise<string> {
  const run = await project.run(...args);
  expect(run).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('INTERNAL') as string });
  return run.stdout;
}

async function clean(...args: string[]): Promise<CleanResult> {
  return (await project.json<Answer & { result: CleanResult }>('clean', ...args)).result;
}

/** The paths from the project's folder on. */
function names(files: readonly string[]): string[] {
  return files.map((file) => path.relative(project.dir, file)).sort();
}

/** Brings in what others have changed, which leaves a backup. */
async function pullChange(value: string): Promise<void> {
  editDatabase(project.file('remote.db'), `UPDATE t SET v = '${value}' WHERE id = 1`);
  await ok('pull');
}

function backups(): string[] {
  return readdirSync(project.file('.turso/backups')).map((name) => `.turso/backups/${name}`);
}

/** Something of everything that can go, and of everything that stays. */
async function fill(): Promise<string[]> {
  await pullChange('theirs');
  for (const id of [2, 3]) {
    project.edit(`INSERT INTO t VALUES (${id}, 'mine')`);
    await ok('push');
  }
  truncateSync(project.file('.turso/default/pushes/1.json'), 20);
  const [backup = ''] = backups();
  const old = [`.turso/backups/working_copy-0-${OLD}.db`, `working_copy.backup-${OLD}.db`];
  for (const name of old) copyFileSync(project.file(backup), project.file(name));
  copyFileSync(project.file(backup), project.file(`working_copy.backup-${OLD.replace('2020', '2021')}.db`));
  mkdirSync(project.file('.turso/tmp-11111111-1111-4111-8111-111111111111'));
  writeFileSync(project.file('.turso/tmp-11111111-1111-4111-8111-111111111111/half.db'), 'x'.repeat(10_000));
  mkdirSync(project.file('.turso/default/plans'));
  writeFileSync(
    project.file(`.turso/default/plans/turso_sync_receipt_20200101_${'0'.repeat(32)}.json`),
    '{}',
  );
  return [
    ...old,
    '.turso/tmp-11111111-1111-4111-8111-111111111111/half.db',
    `.turso/default/plans/turso_sync_receipt_20200101_${'0'.repeat(32)}.json`,
    '.turso/default/pushes/1.json',
    '.turso/default/pushes/1.sha256',
  ].sort();
}

test('shows what can go and changes nothing, unless it is forced', async () => {
  const goes = await fill();
  const before = project.digests();
  for (const args of [[], ['--dry-run'], ['--backups', '--undo', '--dumps']]) await clean(...args);
  expect(await ok('clean')).toContain('`turso-sync clean --force` would remove 6 files');
  expect(project.digests()).toEqual(before);
  const shown = await clean();
  expect(names(shown.files)).toEqual(goes);
  expect(shown).toMatchObject({ outcome: 'listed', freed: expect.any(Number) as number });
  const forced = await clean('--force');
  expect(forced).toMatchObject({ ...shown, outcome: 'removed', durationMs: expect.any(Number) as number });
  expect(goes.filter((name) => existsSync(project.file(name)))).toEqual([]);
  const rest = Object.entries(before).filter(([name]) => !goes.includes(name));
  expect(project.digests()).toEqual(Object.fromEntries(rest));
});

test('tells by kind what is there, and names that share a file once', async () => {
  await fill();
  const { kinds, bytes } = await clean();
  expect(kinds.map(({ kind }) => kind)).toEqual([
    ...['base', 'snapshot', 'dumps', 'undo', 'plans', 'backups', 'reports', 'temporary', 'other'],
  ]);
  const inodes = new Map<number, number>();
  for (const name of Object.keys(project.digests())) {
    if (!/^\.turso|backup-/.test(name)) continue;
    const { ino, blocks } = statSync(project.file(name));
    inodes.set(ino, blocks * 512);
  }
  const all = [...inodes.values()].reduce((sum, size) => sum + size, 0);
  // The lock, its note and the file that keeps git out come on top.
  expect(bytes).toBeGreaterThanOrEqual(all);
  expect(bytes).toBeLessThan(all + 20_000);
});

test('leaves what a pull, a push and an undo need', async () => {
  await fill();
  await clean('--force', '--backups', '--dumps');
  expect(backups()).toEqual([]);
  await pullChange('theirs again');
  await ok('undo');
  expect(project.query('SELECT * FROM t ORDER BY id')).toEqual([
    [1, 'theirs again'],
    [2, 'mine'],
  ]);
  await ok('verify');
});

test('lets undo records go only if that is asked for', async () => {
  await fill();
  await clean('--force');
  expect((await project.json('undo', '--list')).result).toMatchObject({ pushes: [{ number: 2 }] });
  await clean('--force', '--undo');
  expect((await project.json('undo')).error?.code).toBe('NOTHING_TO_UNDO');
  project.edit("INSERT INTO t VALUES (9, 'later')");
  await ok('push');
  await ok('undo');
});

test('a damaged record of the latest push stays, so that no older push is undone in its place', async () => {
  await fill();
  truncateSync(project.file('.turso/default/pushes/2.json'), 20);
  await clean('--force');
  expect(existsSync(project.file('.turso/default/pushes/2.json'))).toBe(true);
  expect((await project.json('undo')).error?.code).toBe('CHANGES_UNREADABLE');
});

test('leaves a push that was cut off, with all that its end needs', async () => {
  await fill();
  project.edit("INSERT INTO t VALUES (9, 'cut off')");
  const journal = { startedAt: new Date().toISOString(), remote: 'file:remote.db', base: 'x', number: 3 };
  writeFileSync(
    project.file('.turso/default/push.json'),
    JSON.stringify({ format: 'turso-sync-push', ...journal }),
  );
  copyFileSync(project.file('working_copy.db'), project.file('.turso/default/push.db'));
  const { files, kinds } = await clean('--undo', '--backups', '--dumps', '--force');
  expect(kinds).toContainEqual(expect.objectContaining({ kind: 'journals', files: 2, removable: 0 }));
  expect(names(files).filter((name) => name.includes('pushes'))).toEqual([]);
});

test('leaves the folder of a run that is at work, and waits for nobody', async () => {
  const folder = project.file('.turso/tmp-22222222-2222-4222-8222-222222222222');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'copy.db'), 'x');
  const lock = new Database(`${folder}.lock`);
  lock.exec('BEGIN EXCLUSIVE');
  try {
    expect((await clean('--force')).files).toEqual([]);
    expect(existsSync(path.join(folder, 'copy.db'))).toBe(true);
  } finally {
    lock.close();
  }
  const held = new Database(project.file('.turso/lock'));
  held.exec('BEGIN EXCLUSIVE');
  try {
    expect((await project.json('clean', '--force')).error?.code).toBe('STATE_LOCKED');
  } finally {
    held.close();
  }
});

test('makes no folder where there is none, and asks for no remote', async () => {
  const bare = makeProject({ url: 'file:remote.db' });
  expect((await bare.run('clean', '--force')).stdout).toBe('There is nothing here yet.\n');
  expect(existsSync(bare.file('.turso'))).toBe(false);
});

test.each([
  [['--force', '--dry-run'], 'dry-run'],
  [['--older'], 'unknown option'],
  [['all'], 'argument'],
])('refuses %j', async (args, says) => {
  const run = await project.run('clean', ...args);
  expect(run).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining(says) as string });
});
