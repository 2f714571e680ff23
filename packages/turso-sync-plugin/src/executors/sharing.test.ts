import fs from 'node:fs';
import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  requireTool,
  startProxy,
  startSqld,
  writeFiles,
  type Sqld,
  type TcpProxy,
} from '@turso-sync/testing';
import { createNodes } from '../inference/create-nodes';
import { makeWorkspace } from '../workspace.fixture';
import init from './init';
import push from './push';
import snapshot from './snapshot';

/** The least size of the database in bytes. */
const SIZE = 2_000_000;

let sqld: Sqld;
let proxy: TcpProxy;

/** The output of a task, and how many whole databases came from the server meanwhile. */
interface Run {
  readonly text: string;
  readonly downloads: number;
}

/** Projects of one workspace. */
interface Projects {
  /** Runs the snapshots of some of them, all at once. */
  readonly take: (...names: string[]) => Promise<Run>;
  /** Makes a project's working copy, changes it, and pushes that. */
  readonly push: (name: string, sql: string) => Promise<Run>;
  /** Returns the folder of a project's snapshot. */
  readonly folder: (name: string) => string;
}

beforeEach(async () => {
  const database = path.join(makeTempDir(), 'base.db');
  buildDatabase(
    database,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB); CREATE TABLE log(v);
     INSERT INTO t VALUES (1, randomblob(${SIZE})), (2, 'two')`,
  );
  sqld = await startSqld({ database });
  proxy = await startProxy(sqld.port);
});
afterEach(async () => {
  await proxy.stop();
  await sqld.stop();
});

/** Makes a workspace with these projects, each with its URL and config. */
async function makeProjects(
  projects: Readonly<Record<string, { readonly url: string; readonly config?: object }>>,
): Promise<Projects> {
  const configs = Object.keys(projects).map((name) => `apps/${name}/turso-sync.config.json`);
  const root = makeWorkspace({});
  for (const [name, { url, config = {} }] of Object.entries(projects))
    writeFiles(path.join(root, 'apps', name), {
      'project.json': { name },
      'turso-sync.config.json': config,
      '.env': `TURSO_DATABASE_URL=${url}`,
    });
  const found = await createNodes[1](configs, undefined, { workspaceRoot: root });
  const known = Object.fromEntries(
    found.flatMap(([, result]) =>
      Object.entries(result.projects).map(([folder, { targets }]) => [
        path.basename(folder),
        { root: folder, targets },
      ]),
    ),
  );
  const contextOf = (name: string, targetName: string): ExecutorContext =>
    ({
      ...{ root, projectName: name, targetName, target: {} },
      projectsConfigurations: { version: 2, projects: known },
      nxJsonConfiguration: {},
    }) as unknown as ExecutorContext;
  const watched = async (work: () => Promise<readonly { success: boolean }[]>): Promise<Run> => {
    const before = proxy.bytesFrom.server;
    let text = '';
    const spies = (['stdout', 'stderr'] as const).map((stream) =>
      jest.spyOn(process[stream], 'write').mockImplementation((piece) => (text += String(piece)) !== ''),
    );
    const results = await work().finally(() => spies.forEach((spy) => spy.mockRestore()));
    expect({ text, results }).toMatchObject({ results: results.map(() => ({ success: true })) });
    return { text, downloads: Math.floor((proxy.bytesFrom.server - before) / SIZE) };
  };
  return {
    folder: (name) => path.join(root, 'apps', name, '.turso/default/snapshot'),
    take: (...names) =>
      watched(() => Promise.all(names.map((name) => snapshot({}, contextOf(name, 'turso-snapshot'))))),
    push: (name, sql) =>
      watched(async () => {
        const made = await init({ snapshot: 'use', edits: 'keep' }, contextOf(name, 'turso-init'));
        editDatabase(path.join(root, 'apps', name, 'working_copy.db'), sql);
        return [made, await push({}, contextOf(name, 'turso-push'))];
      }),
  };
}

async function expectRight(folder: string): Promise<void> {
  const download = path.join(makeTempDir(), 'download.db');
  await downloadDatabase(sqld, download);
  expect(compareDatabases(path.join(folder, 'baseline.db'), download)).toEqual([]);
  expect(fs.readdirSync(folder).sort()).toEqual(['baseline.db', 'manifest.json']);
}

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('projects of one database', () => {
  test('share one download, one after the other or all at once, until the remote changes', async () => {
    const url = proxy.url;
    const { take, folder } = await makeProjects({ a: { url }, b: { url }, c: { url }, d: { url } });
    expect(await take('a')).toMatchObject({ downloads: 1 });
    const second = await take('b');
    expect(second.downloads).toBe(0);
    expect(second.text).toContain(`copied from ${folder('a')}\n`);
    await expectRight(folder('b'));

    await execOn(sqld, "UPDATE t SET v = 'changed' WHERE id = 2");
    const { text, downloads } = await take('a', 'b', 'c', 'd');
    // None if the first project has an earlier copy.
    expect(downloads).toBeLessThanOrEqual(1);
    expect(text.match(/copied from /g)).toHaveLength(3);
    for (const name of ['a', 'b', 'c', 'd']) await expectRight(folder(name));
    expect(fs.statSync(path.join(folder('d'), 'baseline.db')).mode & 0o077).toBe(0);
  });

  test('fetch nothing after a push of one of them', async () => {
    const { take, folder, push } = await makeProjects({ a: { url: proxy.url }, b: { url: proxy.url } });
    await take('a');
    const { downloads } = await push('a', "UPDATE t SET v = 'pushed' WHERE id = 2");
    expect(downloads).toBe(0);
    const first = await take('a');
    expect([first.text, first.downloads]).toEqual([expect.stringContaining('nothing has changed'), 0]);
    await expectRight(folder('a'));
    const second = await take('b');
    expect([second.text, second.downloads]).toEqual([expect.stringContaining('copied from'), 0]);
    await expectRight(folder('b'));
    // The base is that of the push, so it is up to date.
    expect((await push('a', "UPDATE t SET v = 'again' WHERE id = 2")).text).toContain('Pushed to');
  });

  test('share none that differs: by what is excluded, or by its remote', async () => {
    const { take, folder } = await makeProjects({
      a: { url: proxy.url },
      excluding: { url: proxy.url, config: { exclude: ['log'] } },
      excludingToo: { url: proxy.url, config: { exclude: ['log'] } },
      other: { url: sqld.url },
    });
    await take('a');
    expect(await take('excluding')).toMatchObject({ downloads: 1 });
    const { text, downloads } = await take('excludingToo');
    expect(downloads).toBe(0);
    expect(text).toContain(`copied from ${folder('excluding')}\n`);
    // Omissions are reported as after a download.
    expect(text).toContain('log');
    expect((await take('other')).text).toContain('taken by');
    await expectRight(folder('other'));
  });

  test('take their own where that of another is damaged, and say so', async () => {
    const url = proxy.url;
    const { take, folder } = await makeProjects({ a: { url }, b: { url } });
    await take('a');
    const file = path.join(folder('a'), 'baseline.db');
    const bytes = fs.readFileSync(file);
    bytes[SIZE / 2] = (bytes[SIZE / 2] ?? 0) ^ 1;
    fs.writeFileSync(file, bytes);
    const { text, downloads } = await take('b');
    expect(downloads).toBe(1);
    expect(text).toContain(`The snapshot in ${folder('a')} is damaged, so it is not copied.\n`);
    await expectRight(folder('b'));
  });

  test.each([
    [
      'a manifest that is cut off',
      (folder: string) => fs.truncateSync(path.join(folder, 'manifest.json'), 20),
    ],
    ['no database', (folder: string) => fs.rmSync(path.join(folder, 'baseline.db'))],
    [
      'a database of another size',
      (folder: string) => fs.truncateSync(path.join(folder, 'baseline.db'), 4096),
    ],
  ])('are not disturbed by a snapshot with %s', async (_, damage) => {
    const url = proxy.url;
    const { take, folder } = await makeProjects({ a: { url }, b: { url } });
    await take('a');
    damage(folder('a'));
    expect(await take('b')).toMatchObject({ downloads: 1 });
    await expectRight(folder('b'));
  });
});
