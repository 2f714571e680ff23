import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { keepBackup } from '../../src/project/working-copy/backups';
import { backUpWorkingCopy } from '../../src/project/working-copy/working-copy';
import { library } from '../fixtures/built.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

let scene: FileProject;

beforeEach(async () => {
  scene = await makeFileProject(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
  );
});

/** Mode of every file and folder in a project that others may use in some way. */
function open(): string[] {
  const entries = readdirSync(scene.project.directory, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const mode = statSync(file).mode & 0o777;
    return file === scene.remote || (mode & 0o077) === 0 ? [] : [`${file} ${mode.toString(8)}`];
  });
}

const COMMANDS = [
  ['dump-init'],
  ['diff', '--save', 'plan.json'],
  ['dump-push'],
  ['pull'],
  ['dump', '-o', 'dump.sql'],
  ['dump-init', '--force'],
  ['undo'],
];

test('all that the command writes is for its user only', () => {
  for (const args of COMMANDS) {
    scene.editRemote('UPDATE t SET v = random() WHERE id = 1');
    if (args[0] !== 'dump-init') scene.edit('UPDATE t SET v = random() WHERE id = 2');
    const bin = path.join(__dirname, '..', '..', 'bin', 'turso-sync.js');
    const env = { ...process.env, TURSO_DATABASE_URL: 'file:remote.db' };
    spawnSync(process.execPath, [bin, ...args], { cwd: scene.project.directory, env });
    expect([args, open()]).toEqual([args, []]);
  }
  expect(readdirSync(scene.project.directory)).toEqual(expect.arrayContaining(['plan.json', 'dump.sql']));
});

test('so is all that the library writes', async () => {
  await library.init(scene.project);
  scene.edit("UPDATE t SET v = 'mine' WHERE id = 1");
  scene.editRemote("UPDATE t SET v = 'theirs' WHERE id = 2");
  await library.pull(scene.project);
  await library.push(scene.project);
  expect(open()).toEqual([]);
});

test('a working copy keeps the mode that its owner gave it, and its copies are private', async () => {
  await library.init(scene.project);
  chmodSync(scene.project.workingCopy, 0o644);
  scene.editRemote("UPDATE t SET v = 'theirs' WHERE id = 2");
  await library.pull(scene.project);
  await library.init(scene.project, { force: true });
  expect(open()).toEqual([`${scene.project.workingCopy} 644`]);
});

describe('with a clock that goes backwards', () => {
  const clock = new Date('2026-05-05T12:00:00Z').getTime();
  beforeEach(async () => {
    await library.init(scene.project);
    jest.useFakeTimers({ now: clock, advanceTimers: true });
  });
  afterEach(() => jest.useRealTimers());

  test('the latest backups of pulls are kept', () => {
    const made: string[] = [];
    for (let i = 0; i < 8; i++) {
      jest.setSystemTime(clock - i * 3_600_000);
      made.push(path.basename(keepBackup(scene.project, scene.remote)));
    }
    expect(readdirSync(scene.project.files.backups).sort()).toEqual(made.slice(-5).sort());
  });

  test('a backup by force replaces none of the same time', async () => {
    const made = new Set<string>();
    for (let i = 0; i < 3; i++) {
      jest.setSystemTime(clock);
      made.add(await backUpWorkingCopy(scene.project.workingCopy));
    }
    expect(made.size).toBe(3);
  });
});
