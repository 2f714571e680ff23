import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  isRunning,
  makeTempDir,
  queryOn,
  requireTool,
  until,
} from '@turso-sync/testing';
import init from './init';
import snapshot from './snapshot';
import { makeApp } from './task.fixture';

const BUILT = path.join(__dirname, '..', '..', 'dist', 'executors', 'dev.js');
const WORKSPACE = path.join(__dirname, '..', '..', '..', '..');
const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** A project with a working copy. */
interface Demo {
  readonly directory: string;
  readonly workingCopy: string;
}

async function makeDemo(
  sql = "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (7, 'seven')",
): Promise<Demo> {
  const remote = path.join(makeTempDir(), 'remote.db');
  buildDatabase(remote, sql);
  const app = await makeApp({ TURSO_DATABASE_URL: `file:${remote}` });
  await app.run(snapshot, 'turso-snapshot');
  await app.run(init, 'turso-init');
  return { directory: app.directory, workingCopy: path.join(app.directory, 'working_copy.db') };
}

/** The executor in a process of its own, as Nx runs it. */
interface Dev {
  readonly child: ChildProcess;
  /** The folder for temporary files. */
  readonly temporary: string;
  /** Returns all output so far. */
  text(): string;
  /** Waits for the server, and returns its URL. */
  ready(): Promise<string>;
  /** Resolves at the end, with the exit code. */
  readonly ended: Promise<number | null>;
}

function startDev(
  { directory }: Demo,
  options: object = { port: 0 },
  { root = WORKSPACE, variables = {} }: { root?: string; variables?: NodeJS.ProcessEnv } = {},
): Dev {
  const context = {
    root,
    projectName: 'demo',
    targetName: 'turso-dev',
    target: {},
    projectsConfigurations: {
      version: 2,
      projects: { demo: { root: path.relative(root, directory), targets: {} } },
    },
  };
  const script = `(async () => {
    const tasks = require(${JSON.stringify(BUILT)}).default(${JSON.stringify(options)}, ${JSON.stringify(context)});
    let success = false;
    for await (const result of tasks) success = result.success;
    process.exit(success ? 0 : 1);
  })()`;
  const temporary = makeTempDir('dev-');
  const child = spawn(process.execPath, ['-e', script], {
    env: { ...process.env, TMPDIR: temporary, TURSO_SYNC_NX_CONFIGURATION: '', ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => (text += piece.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = (): string | undefined => /^Ready: (http:\S+) serves/m.exec(text)?.[1];
  return {
    child,
    temporary,
    text: () => text,
    async ready() {
      await until(() => url() !== undefined || child.exitCode !== null, 30_000);
      return url() ?? `not ready:\n${text}`;
    },
    ended,
  };
}

/** Returns the processes with a file of a folder open or as an argument. */
function processesOf(folder: string): number[] {
  const ids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return ids
    .filter((id) => {
      try {
        return fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function expectNothingLeft({ temporary }: Dev): Promise<void> {
  await until(() => processesOf(temporary).length === 0 && fs.readdirSync(temporary).length === 0, 10_000);
  expect({ processes: processesOf(temporary), files: fs.readdirSync(temporary) }).toEqual({
    processes: [],
    files: [],
  });
}

describeWithSqld('turso-dev', () => {
  test('serves a copy of the working copy, once it answers; what is written there stays there', async () => {
    const demo = await makeDemo();
    const dev = startDev(demo);
    const url = await dev.ready();
    expect(await queryOn({ url }, 'SELECT id, v FROM t')).toEqual([[7n, 'seven']]);
    const download = path.join(makeTempDir(), 'download.db');
    await downloadDatabase({ url }, download);
    expect(compareDatabases(download, demo.workingCopy)).toEqual([]);
    await execOn({ url }, 'DELETE FROM t');
    await downloadDatabase({ url }, download);
    expect(compareDatabases(download, demo.workingCopy)).not.toEqual([]);
    dev.child.kill('SIGTERM');
    await dev.ended;
    await expectNothingLeft(dev);
  });

  test('serves a database with other pages than the server can', async () => {
    const demo = await makeDemo("PRAGMA page_size=16384; CREATE TABLE t(v); INSERT INTO t VALUES ('big')");
    const dev = startDev(demo);
    expect(await queryOn({ url: await dev.ready() }, 'SELECT v FROM t')).toEqual([['big']]);
    dev.child.kill('SIGTERM');
    await expectNothingLeft(dev);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'leaves nothing after a %s',
    async (signal) => {
      const dev = startDev(await makeDemo());
      await dev.ready();
      expect(processesOf(dev.temporary).length).toBeGreaterThan(1);
      dev.child.kill(signal);
      await dev.ended;
      await expectNothingLeft(dev);
    },
  );

  test('leaves nothing when Nx itself is gone, or it is stopped before it answers', async () => {
    const demo = await makeDemo();
    const orphan = startDev(demo);
    await orphan.ready();
    // Node emits no `close` for a disconnected child.
    const exit = once(orphan.child, 'exit');
    orphan.child.disconnect();
    await exit;
    await expectNothingLeft(orphan);
    const early = startDev(demo);
    await until(() => fs.readdirSync(early.temporary).length > 0, 10_000);
    early.child.kill('SIGKILL');
    await early.ended;
    await expectNothingLeft(early);
  });

  test('fails if the server ends by itself, with its last words', async () => {
    const dev = startDev(await makeDemo());
    await dev.ready();
    const server = processesOf(dev.temporary).find((pid) =>
      fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0]?.endsWith('sqld'),
    );
    process.kill(server ?? 0, 'SIGKILL');
    expect(await dev.ended).toBe(1);
    expect(isRunning(server ?? 0)).toBe(false);
    expect(dev.text()).toContain('libsql-server ended.\n');
    await expectNothingLeft(dev);
  });

  test('says so if the port is taken, or is none', async () => {
    const demo = await makeDemo();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dev = startDev(demo, { port });
    expect(await dev.ended).toBe(1);
    expect(dev.text()).toMatch(new RegExp(`^USAGE: Port ${port} is taken\\.\\n {2}End the other program`));
    other.close();
    for (const wrong of [-1, 70_000, 1.5]) {
      const refused = startDev(demo, { port: wrong });
      expect(await refused.ended).toBe(1);
      expect(refused.text()).toContain(`USAGE: ${wrong} is no port.`);
      await expectNothingLeft(refused);
    }
  });

  test('says so if there is no server, and takes one from the PATH', async () => {
    const demo = await makeDemo();
    const root = path.dirname(path.dirname(demo.directory));
    const without = startDev(demo, { port: 0 }, { root, variables: { PATH: '' } });
    expect(await without.ended).toBe(1);
    expect(without.text()).toMatch(/^TOOLCHAIN_MISSING: There is no libsql-server: .*\n {2}Run `npm install/);
    await expectNothingLeft(without);

    const folder = makeTempDir();
    fs.writeFileSync(path.join(folder, 'sqld'), '#!/bin/sh\necho no luck today >&2\nexit 1\n', {
      mode: 0o755,
    });
    const broken = startDev(demo, { port: 0 }, { root, variables: { PATH: `${folder}:/bin:/usr/bin` } });
    expect(await broken.ended).toBe(1);
    expect(broken.text()).toMatch(
      /REMOTE_UNREACHABLE: libsql-server ended\.\n {2}Its last words: no luck today\n$/,
    );
    await expectNothingLeft(broken);
  });

  test('says so if there is no working copy', async () => {
    const demo = await makeDemo();
    fs.rmSync(demo.workingCopy);
    const dev = startDev(demo);
    expect(await dev.ended).toBe(1);
    expect(dev.text()).toMatch(/^WORKING_COPY_MISSING: /m);
    await expectNothingLeft(dev);
  });
});
