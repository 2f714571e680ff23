import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

/** More than SQLite keeps in memory, so that it writes before the end of a transaction. */
const ROWS = `INSERT INTO t(v) SELECT randomblob(3000) FROM json_each('[${Array(3_000).fill(0).join()}]')`;

/** In kilobytes: the disk of one database, on which it has room for a third of the rows. */
const SIZE = 3_000;

describe('a disk that has no room for what is brought', () => {
  test.each<[command: string, full: 'working copy' | 'remote']>([
    ['pull', 'working copy'],
    ['push', 'remote'],
  ])('%s: DISK_FULL, and the %s is as it was', async (command, full) => {
    const disk = makeTempDir('disk-');
    const isMounted = mount(disk);
    try {
      const small = path.join(disk, 'small.db');
      const remote = full === 'remote' ? small : path.join(makeTempDir('disk-'), 'remote.db');
      buildDatabase(remote, "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a')");
      const workingCopy = full === 'remote' ? 'working_copy.db' : small;
      const project = makeProject(
        { url: `file:${remote}` },
        { 'turso-sync.config.json': JSON.stringify({ workingCopy }) },
      );
      expect((await project.run('init', '--quiet')).exit).toBe(0);
      const own = path.resolve(project.dir, workingCopy);
      editDatabase(own, "UPDATE t SET v = 'mine' WHERE id = 1");
      editDatabase(full === 'remote' ? own : remote, ROWS);
      const run = await start(project, command, isMounted);
      expect(run).toMatchObject({ exit: 1, stdout: '' });
      expect(run.stderr).toMatch(/^DISK_FULL: No space left .+\n {2}Free some space/);
      expect(rowsIn(small)).toEqual([[1n, full === 'remote' ? 'a' : 'mine']]);
    } finally {
      if (isMounted) execFileSync('umount', [disk]);
    }
  });
});

/** Mounts a small file system where the system lets us. */
function mount(at: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}k`, 'tmpfs', at], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Where nothing can be mounted, a limit on the size of files has to do (in blocks of 512 bytes).
async function start(
  project: TestProject,
  command: string,
  isMounted: boolean,
): ReturnType<TestProject['run']> {
  const limit = isMounted ? {} : { shell: `ulimit -f ${SIZE * 2};` };
  return project.start([command, '--quiet'], limit).ended;
}

function rowsIn(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT * FROM t').raw().safeIntegers().all();
  } finally {
    db.close();
  }
}
