import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { leftovers, makeProject, type TestProject } from '../fixtures/cli.fixture';

const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, b);
  INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)`;

(requireTool('sqld') ? describe : describe.skip)('what people review, take back and bring in', () => {
  const dir = makeTempDir();
  let server: Sqld;
  let project: TestProject;
  beforeEach(async () => {
    const database = path.join(dir, `${Math.random()}.db`);
    buildDatabase(database, BASE);
    server = await startSqld({ database });
    project = makeProject(server);
    expect(await project.run('dump-init')).toMatchObject({ exit: 0 });
  });
  afterEach(async () => {
    expect(leftovers(project)).toEqual([]);
    await server.stop();
  });
  afterAll(() => removeTempDir(dir));

  const edit = (sql: string): void => editDatabase(project.file('working_copy.db'), sql);
  const remoteA = (): Promise<unknown> => queryOn(server, 'SELECT a FROM t ORDER BY id');

  test('a plan is pushed as it was saved, whatever has been edited since, and only once', async () => {
    edit("UPDATE t SET a = 'planned' WHERE id = 1");
    expect(await project.run('diff', '--save', 'plan.json')).toMatchObject({ exit: 0 });
    edit("UPDATE t SET a = 'later' WHERE id = 2");
    const pushed = await project.run('dump-push', '--plan', 'plan.json');
    expect(pushed).toMatchObject({ exit: 0, stdout: expect.stringContaining('UPDATE t 1 row') as string });
    expect(await remoteA()).toEqual([['planned'], ['two'], ['three']]);
    const again = await project.run('dump-push', '--plan', 'plan.json');
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining('Nothing to push') as string });
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
    expect(await remoteA()).toEqual([['planned'], ['later'], ['three']]);
  });

  test('a push is taken back, but not over what came after it', async () => {
    edit("UPDATE t SET a = 'pushed' WHERE id < 3");
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
    await execOn(server, "UPDATE t SET a = 'theirs' WHERE id = 2");
    const refused = await project.run('undo');
    expect(refused).toMatchObject({ exit: 3, stdout: expect.stringContaining('by hand') as string });
    expect(refused.stdout).not.toContain('--on-conflict');
    await execOn(server, "UPDATE t SET a = 'pushed' WHERE id = 2");
    expect((await project.run('undo', '--list')).stdout).toMatch(/^1 .*2 updated/);
    expect(await project.run('undo')).toMatchObject({ exit: 0 });
    expect(await remoteA()).toEqual([['one'], ['two'], ['three']]);
    expect((await project.run('diff')).stdout).toContain('No changes');
  });

  test('a push is taken back on the remote alone, so that the next one brings it back', async () => {
    edit("UPDATE t SET a = 'pushed' WHERE id < 3");
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
    expect(await project.run('undo', '--remote-only')).toMatchObject({ exit: 0 });
    expect(await remoteA()).toEqual([['one'], ['two'], ['three']]);
    expect((await project.run('diff')).stdout).toContain('UPDATE t 2 rows');
  });

  test('what others changed is brought in beside the own edits', async () => {
    edit("UPDATE t SET a = 'mine' WHERE id = 1");
    await execOn(server, "UPDATE t SET b = 20 WHERE id = 2; INSERT INTO t VALUES (4, 'four', 4)");
    expect(await project.run('pull')).toMatchObject({ exit: 0 });
    expect(await project.run('verify')).toMatchObject({ exit: 2 });
    expect(await project.run('dump-push')).toMatchObject({ exit: 0 });
    expect(await project.run('verify')).toMatchObject({ exit: 0 });
    const remote = path.join(dir, 'remote.db');
    await downloadDatabase(server, remote);
    expect(compareDatabases(remote, project.file('working_copy.db'))).toEqual([]);
  });
});
