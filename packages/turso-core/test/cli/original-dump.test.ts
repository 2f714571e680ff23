import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startSqld,
  writeFiles,
  type Sqld,
} from '@turso-sync/testing';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

const DUMP = '.turso/default/snapshot/original_dump.sql';
const BASE = "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'first')";

const served = requireTool('sqld') ? describe : describe.skip;

served('original_dump.sql', () => {
  let server: Sqld;

  beforeEach(async () => {
    const database = join(makeTempDir(), 'remote.db');
    buildDatabase(database, BASE);
    server = await startSqld({ database });
  });

  afterEach(() => server.stop());

  async function ok(project: TestProject, ...args: string[]): Promise<void> {
    expect(await project.run(...args)).toMatchObject({ exit: 0 });
  }

  async function changeRemote(value: string): Promise<void> {
    await execOn(server, `UPDATE t SET v = '${value}'`);
  }

  test('is what init found, whatever is pulled and pushed later', async () => {
    const project = makeProject(server);
    await ok(project, 'init');
    const dump = readFileSync(project.file(DUMP), 'utf8');
    expect(dump).toContain('first');
    await changeRemote('second');
    await ok(project, 'pull');
    expect(readFileSync(project.file(DUMP), 'utf8')).toBe(dump);
    project.edit("INSERT INTO t VALUES (2, 'mine')");
    await ok(project, 'push');
    await ok(project, 'undo');
    expect(readFileSync(project.file(DUMP), 'utf8')).toBe(dump);
    await ok(project, 'init');
    expect(readFileSync(project.file(DUMP), 'utf8')).toContain('second');
  });

  test('is not written by a pull', async () => {
    const project = makeProject(server, { 'turso-sync.config.json': '{"originalDump": false}' });
    await ok(project, 'init');
    await changeRemote('second');
    writeFiles(project.dir, { 'turso-sync.config.json': '{}' });
    await ok(project, 'pull');
    expect(existsSync(project.file(DUMP))).toBe(false);
  });

  test('is not there if the config wants none, and no command needs it', async () => {
    const project = makeProject(server, { 'turso-sync.config.json': '{"originalDump": false}' });
    await ok(project, 'init');
    expect(existsSync(project.file(DUMP))).toBe(false);
    project.edit("INSERT INTO t VALUES (2, 'mine')");
    for (const verb of ['status', 'diff', 'push', 'verify', 'pull', 'undo', 'init', 'dump'])
      await ok(project, verb);
    expect(existsSync(project.file(DUMP))).toBe(false);
    expect(readFileSync(project.file('.turso/default/base/original_dump.sql'), 'utf8')).toContain('first');
  });

  test('goes with the next snapshot once the config wants none', async () => {
    const project = makeProject(server);
    await ok(project, 'init');
    writeFiles(project.dir, { 'turso-sync.config.json': '{"originalDump": false}' });
    await changeRemote('second');
    await ok(project, 'pull');
    expect(existsSync(project.file(DUMP))).toBe(false);
  });

  test('is a matter of each environment', async () => {
    const config = { originalDump: false, environments: { audited: { originalDump: true } } };
    const project = makeProject(server, { 'turso-sync.config.json': JSON.stringify(config) });
    await ok(project, 'init');
    await ok(project, 'init', '--env', 'audited');
    expect(existsSync(project.file(DUMP))).toBe(false);
    expect(existsSync(project.file('.turso/audited/snapshot/original_dump.sql'))).toBe(true);
  });
});
