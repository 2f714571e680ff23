import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase } from '@turso-sync/testing';
import { COMMAND, leftovers, makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';

/** Nothing is denied to root, so the command is run as nobody there. */
const UID = process.getuid?.() === 0 ? 65_534 : undefined;

/** Whether it can be run at all: nobody may not be let into the folder that this repository is in. */
const canRun =
  process.platform !== 'win32' &&
  (UID === undefined ||
    spawnSync(process.execPath, [COMMAND, '--version'], { uid: UID, gid: UID, cwd: '/' }).status === 0);

interface Denied {
  readonly what: string;
  /** A path in the project's folder, and what is allowed on it. */
  readonly path: string;
  readonly mode: number;
  readonly commands: readonly string[];
  readonly code: string;
}

const STATE = '.turso';
const DENIED: readonly Denied[] = [
  {
    what: 'the project’s folder is read-only',
    path: '.',
    mode: 0o555,
    commands: ['dump-init --force'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the state folder is read-only',
    path: STATE,
    mode: 0o555,
    commands: ['dump-init', 'dump-push', 'pull', 'diff', 'verify', 'undo'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the state folder is closed',
    path: STATE,
    mode: 0,
    commands: ['dump-init', 'dump-push', 'pull', 'diff', 'undo'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the base cannot be read',
    path: `${STATE}/default/base/baseline.db`,
    mode: 0,
    commands: ['dump-push', 'diff'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the working copy cannot be read',
    path: 'working_copy.db',
    mode: 0,
    commands: ['dump-push', 'pull', 'diff', 'verify'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the working copy cannot be written',
    path: 'working_copy.db',
    mode: 0o444,
    commands: ['pull'],
    code: 'FILE_INACCESSIBLE',
  },
  {
    what: 'the remote is a file that cannot be written',
    path: 'remote/remote.db',
    mode: 0o444,
    commands: ['dump-push'],
    code: 'REMOTE_READ_ONLY',
  },
  {
    what: 'the remote is a file that cannot be read',
    path: 'remote/remote.db',
    mode: 0,
    commands: ['pull', 'verify'],
    code: 'REMOTE_UNREACHABLE',
  },
];

(canRun ? describe : describe.skip)('where permission is denied', () => {
  let project: TestProject;

  beforeEach(async () => {
    project = makeProject({ url: 'file:remote/remote.db' }, { 'remote/keep': '' });
    buildDatabase(project.file('remote/remote.db'), 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
    expect((await project.run('dump-init')).exit).toBe(0);
    project.edit("INSERT INTO t VALUES (1, 'ours')");
    editDatabase(project.file('remote/remote.db'), "INSERT INTO t VALUES (2, 'theirs')");
    handOver(project.dir);
  });

  test.each(DENIED)('$what: $code', async ({ path: name, mode, commands, code }) => {
    const before = withoutSnapshot(project.digests());
    const place = project.file(name);
    for (const command of commands) {
      chmodSync(place, mode);
      const run = await project.start([...command.split(' '), '--quiet'], { uid: UID }).ended;
      chmodSync(place, 0o777);
      expectRefusal(command, run, code);
      expect(withoutSnapshot(project.digests())).toEqual(before);
      expect(leftovers(project)).toEqual([]);
    }
    // Nothing else stands in the way.
    expect(await project.start(['pull'], { uid: UID }).ended).toMatchObject({ exit: 0 });
    expect(await project.start(['dump-push'], { uid: UID }).ended).toMatchObject({ exit: 0 });
  });
});

/** A snapshot is there for all commands, and may be a new one whatever becomes of the rest. */
function withoutSnapshot(digests: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(digests).filter(([name]) => !name.startsWith(`${STATE}/default/snapshot/`)),
  );
}

function expectRefusal(command: string, run: Run, code: string): void {
  expect({ command, ...run }).toMatchObject({ command, exit: 1, stdout: '' });
  expect(run.stderr).toMatch(new RegExp(`^(${code}): .+\\n {2}\\S.+\\.\\n$`));
}

/** Gives a folder and all in it to the user that the command is run as. */
function handOver(folder: string): void {
  if (UID === undefined) return;
  // Temporary folders are closed to others.
  for (let dir = path.dirname(folder); dir.includes('turso-sync-test-'); dir = path.dirname(dir))
    chmodSync(dir, 0o755);
  for (const name of ['', ...(readdirSync(folder, { recursive: true }) as string[])])
    chownSync(path.join(folder, name), UID, UID);
}
