import { copyFileSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
import { diff } from '../../src/commands/diff';
import { dump } from '../../src/commands/dump';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { snapshot } from '../../src/commands/snapshot';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { verify } from '../../src/commands/verify';
import type { RemoteOptions } from '../../src/project/connect-to';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { digestsOf } from '../fixtures/cli.fixture';

const SQL = "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')";

/** Every command that contacts the remote. */
const COMMANDS: Readonly<
  Record<string, (p: Project, options?: RemoteOptions & { create?: boolean }) => Promise<unknown>>
> = {
  pull: (p, o) => pull(p, o),
  init: (p, o) => init(p, o),
  'init --force': (p, o) => init(p, { ...o, force: true }),
  'init with edits kept': (p, o) => init(p, { ...o, edits: 'keep' }),
  snapshot: (p, o) => snapshot(p, o),
  verify: (p, o) => verify(p, o),
  'dump of the remote': (p, o) => dump(p, { ...o, of: 'remote', to: path.join(p.directory, 'remote.sql') }),
  push: (p, o) => push(p, o),
  'push --dry-run': (p, o) => push(p, { ...o, dryRun: true }),
  undo: (p, o) => undo(p, o),
};

let dir: string;

function load(url: string): Promise<Project> {
  return loadProject({ cwd: path.join(dir, 'p'), variables: { TURSO_DATABASE_URL: url } });
}

/** A project with a push to undo, and an edit if that is wanted. */
async function prepare(url: string, edit: string | null): Promise<Project> {
  rmSync(path.join(dir, 'p'), { recursive: true, force: true });
  writeIn('p/.keep');
  const project = await load(url);
  await init(project);
  editDatabase(project.workingCopy, "INSERT INTO t VALUES (3, 'pushed')");
  await push(project);
  if (edit !== null) editDatabase(project.workingCopy, edit);
  return project;
}

function writeIn(name: string): void {
  const file = path.join(dir, name);
  cpSync(__filename, file);
  writeFileSync(file, '');
}

const file = (name: string): string => path.join(dir, name);

beforeEach(() => {
  dir = makeTempDir();
  for (const name of ['main.db', 'other.db']) buildDatabase(file(name), SQL);
});

describe.each([
  ['with an edit', "UPDATE t SET v = 'mine' WHERE id = 1"],
  ['without edits', null],
])('%s,', (_, edit) => {
  test.each(Object.keys(COMMANDS))('%s refuses another URL, and changes nothing', async (name) => {
    await prepare(`file:${file('main.db')}`, edit);
    const project = await load(`file:${file('other.db')}`);
    const before = digestsOf(dir);
    await expect(COMMANDS[name]?.(project)).rejects.toMatchObject({
      code: 'REMOTE_CHANGED',
      message: `The base belongs to file:${file('main.db')}, but TURSO_DATABASE_URL names file:${file('other.db')}.`,
      hint: expect.stringMatching(/Set TURSO_DATABASE_URL back .*--accept-remote/) as string,
    });
    expect(digestsOf(dir)).toEqual(before);
    const now = await status(project);
    expect(now.remoteState).toMatchObject({
      answers: true,
      hasMoved: null,
      problem: { code: 'REMOTE_CHANGED' },
    });
    // A push would be refused too, so it is no next step.
    expect(now.next).toEqual([now.remoteState.problem?.hint]);
  });

  test.each(Object.keys(COMMANDS))('%s refuses a file that is gone or empty', async (name) => {
    const project = await prepare(`file:${file('main.db')}`, edit);
    renameSync(file('main.db'), file('away.db'));
    for (const spoil of [() => undefined, () => writeIn('main.db')]) {
      spoil();
      const before = digestsOf(dir);
      const creates = /^(init|snapshot)/.test(name) ? [{ create: true }] : [];
      for (const options of [{}, { acceptRemote: true }, ...creates])
        await expect(COMMANDS[name]?.(project, options)).rejects.toMatchObject({ code: 'REMOTE_MISSING' });
      expect(digestsOf(dir)).toEqual(before);
      expect((await status(project)).remoteState.problem?.code).toBe('REMOTE_MISSING');
    }
  });
});

test('once accepted, another remote is the base’s, edits are kept, and guards hold', async () => {
  await prepare(`file:${file('main.db')}`, "UPDATE t SET v = 'mine' WHERE id = 1");
  const project = await load(`file:${file('other.db')}`);
  editDatabase(file('other.db'), "UPDATE t SET v = 'theirs' WHERE id = 1; INSERT INTO t VALUES (9, 'new')");
  expect(await push(project, { acceptRemote: true })).toMatchObject({ outcome: 'conflict' });
  expect(await pull(project, { onConflict: 'ours' })).toMatchObject({ outcome: 'pulled', pending: 2 });
  expect(await push(project)).toMatchObject({ outcome: 'pushed', remote: `file:${file('other.db')}` });
  expect(compareDatabases(file('other.db'), project.workingCopy)).toEqual([]);
  await expect(pull(await load(`file:${file('main.db')}`))).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
});

test('what was pushed to a copy goes to the original as well, once that is accepted', async () => {
  copyFileSync(file('main.db'), file('copy.db'));
  await prepare(`file:${file('copy.db')}`, "UPDATE t SET v = 'mine' WHERE id = 1");
  editDatabase(file('main.db'), "UPDATE t SET v = 'theirs' WHERE id = 2");
  const project = await load(`file:${file('main.db')}`);
  for (const command of [pull, push]) {
    const { warnings } = await command(project, { acceptRemote: true });
    expect(warnings.filter((w) => w.includes('count as edits again'))).toHaveLength(command === pull ? 1 : 0);
  }
  expect(compareDatabases(file('main.db'), project.workingCopy)).toEqual([]);
  const rows = using(openReadOnly(file('main.db')), (db) =>
    db.prepare('SELECT v FROM t ORDER BY id').pluck().all(),
  );
  expect(rows).toEqual(['mine', 'theirs', 'pushed']);
});

test('accepted by verify, it is the base’s as well', async () => {
  await prepare(`file:${file('main.db')}`, null);
  copyFileSync(file('main.db'), file('other.db'));
  const project = await load(`file:${file('other.db')}`);
  expect(await verify(project, { acceptRemote: true })).toMatchObject({ outcome: 'equal' });
  expect(await verify(project)).toMatchObject({ outcome: 'equal' });
});

test('a project may move together with the file that is its remote', async () => {
  await prepare('file:../main.db', "UPDATE t SET v = 'mine' WHERE id = 1");
  const moved = makeTempDir();
  cpSync(dir, moved, { recursive: true });
  dir = moved;
  expect(await push(await load('file:../main.db'))).toMatchObject({ outcome: 'pushed' });
  expect(readFileSync(file('p/.turso/default/base/manifest.json'), 'utf8')).toContain(
    `file:${file('main.db')}`,
  );
});

test('the base of an early build takes the remote on at the next contact', async () => {
  const project = await prepare(`file:${file('main.db')}`, null);
  const manifest = JSON.parse(readFileSync(project.files.base.manifest, 'utf8')) as { identity?: object };
  const { identity } = manifest;
  delete manifest.identity;
  writeFileSync(project.files.base.manifest, JSON.stringify(manifest));
  await expect(pull(await load(`file:${file('other.db')}`))).rejects.toMatchObject({
    code: 'REMOTE_CHANGED',
  });
  await pull(project);
  expect(JSON.parse(readFileSync(project.files.base.manifest, 'utf8'))).toMatchObject({ identity });
});

test('results tell the remote, the environment and the warnings', async () => {
  const project = await prepare(`file:${file('main.db')}`, "UPDATE t SET v = 'mine' WHERE id = 1");
  const facts = { remote: `file:${file('main.db')}`, environment: null, warnings: [] };
  expect(await diff(project)).toMatchObject({ ...facts, remote: null });
  expect(await status(project)).toMatchObject({ environment: null, warnings: [] });
  for (const command of ['push', 'init', 'pull', 'snapshot', 'verify', 'dump of the remote', 'undo'])
    expect(await COMMANDS[command]?.(project)).toMatchObject(facts);
  expect(await dump(project)).toMatchObject({ ...facts, remote: null });
});

(requireTool('sqld') ? describe : describe.skip)('a server with another log under the same URL', () => {
  let server: Sqld;
  let project: Project;

  beforeEach(async () => {
    server = await startSqld();
    await execOn(server, SQL);
    project = await prepare(server.url, "UPDATE t SET v = 'mine' WHERE id = 1");
  });

  afterEach(() => server.stop());

  test('is refused by every command, and nothing is changed', async () => {
    const { port } = server;
    await server.stop();
    server = await startSqld({ database: file('other.db'), port });
    const before = digestsOf(dir);
    for (const command of Object.values(COMMANDS)) {
      await expect(command(project)).rejects.toMatchObject({
        code: 'REMOTE_CHANGED',
        message: expect.stringContaining('now has the log') as string,
        hint: expect.stringContaining('A server that crashed and rebuilt its log looks the same.') as string,
      });
    }
    expect(digestsOf(dir)).toEqual(before);
    expect(await queryOn(server, 'SELECT count(*) FROM t')).toEqual([[2n]]);
    expect((await status(project)).remoteState.problem?.code).toBe('REMOTE_CHANGED');
  });

  test('after a crash is accepted once, and the push goes through', async () => {
    await server.kill();
    await server.restart();
    await expect(push(project)).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
    expect(await push(project, { acceptRemote: true })).toMatchObject({
      outcome: 'pushed',
      remote: server.url,
    });
    expect(await verify(project)).toMatchObject({ outcome: 'equal' });
  });

  test('is the same log after an orderly end', async () => {
    await server.restart();
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
  });

  test('to push nothing, none needs to be reached', async () => {
    await push(project);
    await server.kill();
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
    await server.restart();
    await expect(push(project)).rejects.toMatchObject({ code: 'REMOTE_CHANGED' });
  });
});
