import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { compareDatabases, copyDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { makeFileProject, type FileProject } from '../../../test/fixtures/project.fixture';
import { init } from '../../commands/init';
import { pull } from '../../commands/pull';
import type { TursoSyncError } from '../../errors';
import { keepBackup, listBackups, moveBackups, restoreBackup } from './backups';

let at: FileProject;

beforeEach(async () => {
  at = await makeFileProject(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
     WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 3000)
     INSERT INTO t SELECT i, hex(zeroblob(100)) FROM s`,
  );
  await init(at.project);
});

/** Creates a folder to replace the base: a copy of its database with a change. */
function nextBase(change: string): string {
  const { base } = at.project.files;
  const folder = path.join(makeTempDir(), 'base');
  mkdirSync(folder);
  copyDatabase(base.database, path.join(folder, 'baseline.db'));
  editDatabase(path.join(folder, 'baseline.db'), change);
  return folder;
}

async function restored(backup = listBackups(at.project)[0] ?? ''): Promise<string> {
  const file = path.join(makeTempDir(), 'restored.db');
  await restoreBackup(at.project, { backup, to: file });
  return file;
}

function backUp(change: string): string {
  const frozen = path.join(makeTempDir(), 'frozen.db');
  copyDatabase(at.project.workingCopy, frozen);
  editDatabase(frozen, change);
  keepBackup(at.project, frozen);
  return frozen;
}

test.each(['before', 'after'] as const)(
  'a backup outlives a run that dies just %s the base is replaced, and the base that comes next',
  async (when) => {
    const { base } = at.project.files;
    const frozen = backUp("UPDATE t SET v = 'mine' WHERE id = 7");
    // The dead run did not finish this.
    moveBackups(at.project.files, nextBase("UPDATE t SET v = 'theirs' WHERE id > 2000"));
    if (when === 'after') replace(nextBase("UPDATE t SET v = 'theirs' WHERE id > 2000"));
    expect(compareDatabases(frozen, await restored())).toEqual([]);
    const next = nextBase("UPDATE t SET v = 'later' WHERE id = 1000");
    const finish = moveBackups(at.project.files, next);
    replace(next);
    finish();
    expect(compareDatabases(frozen, await restored())).toEqual([]);
    expect(readdirSync(at.project.files.backups)).toHaveLength(1);

    function replace(folder: string): void {
      rmSync(base.directory, { recursive: true });
      renameSync(folder, base.directory);
    }
  },
);

test('a whole copy is kept where the difference is as large, and few of them', async () => {
  const size = statSync(at.project.workingCopy).size;
  for (let i = 0; i < 4; i++) {
    const frozen = backUp(
      `UPDATE t SET v = replace(hex(zeroblob(100)), '0', '${i + 1}'); PRAGMA user_version = ${i + 1}`,
    );
    expect(compareDatabases(frozen, await restored())).toEqual([]);
  }
  const taken = readdirSync(at.project.files.backups).map(
    (name) => statSync(path.join(at.project.files.backups, name)).size,
  );
  expect(taken.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(Math.max(size, 1_000_000) * 1.1);
});

test('one that is damaged, or whose base is gone, is told, and stops no pull', async () => {
  backUp("UPDATE t SET v = 'mine' WHERE id = 7");
  const [name = ''] = listBackups(at.project);
  truncateSync(path.join(at.project.files.backups, name), 100);
  await expect(restored(name)).rejects.toMatchObject({ code: 'BACKUP_UNUSABLE' });
  at.editRemote("UPDATE t SET v = 'theirs' WHERE id = 9");
  expect(await pull(at.project)).toMatchObject({ outcome: 'pulled' });
  rmSync(at.project.files.base.directory, { recursive: true });
  await expect(restored()).rejects.toMatchObject({ code: 'BACKUP_UNUSABLE' });
});

test('a disk without room for the backups stops a pull before they are lost, and the next one goes on', async () => {
  const { backups } = at.project.files;
  mkdirSync(backups, { recursive: true });
  const isMounted = mount(backups, ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs']);
  try {
    const before = path.join(makeTempDir(), 'before.db');
    copyDatabase(at.project.workingCopy, before);
    at.editRemote("UPDATE t SET v = 'theirs' WHERE id > 10");
    const code = await pull(at.project).then(
      () => null,
      (error: unknown) => (error as TursoSyncError).code,
    );
    // If nothing can be mounted, there is enough space.
    expect(code).toBe(isMounted ? 'DISK_FULL' : null);
    if (isMounted) mount(backups, ['-o', 'remount,size=8m']);
    await pull(at.project);
    expect(compareDatabases(before, await restored())).toEqual([]);
    expect(compareDatabases(at.remote, at.project.workingCopy)).toEqual([]);
  } finally {
    if (isMounted) execFileSync('umount', [backups]);
  }
});

function mount(on: string, options: readonly string[]): boolean {
  try {
    execFileSync('mount', [...options, on], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
