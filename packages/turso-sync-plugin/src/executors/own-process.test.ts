import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { buildDatabase, makeTempDir, startProxy, startSqld, until, writeFiles } from '@turso-sync/testing';

const BUILT = path.join(__dirname, '..', '..', 'dist', 'executors', 'snapshot.js');

/** A task in a process, and its state folder. */
interface Started {
  readonly child: ReturnType<typeof spawn>;
  readonly state: string;
  /** Resolves with all output once the process has ended. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly output: string }>;
}

/** Starts a snapshot in a process of this name, as if Nx had started it for that target. */
function startTask(program: string, startedFor: string, url = 'file:./remote.db'): Started {
  const root = makeTempDir();
  const app = path.join(root, 'apps/mailer');
  writeFiles(app, { 'turso-sync.config.json': {}, '.env': `TURSO_DATABASE_URL=${url}` });
  buildDatabase(path.join(app, 'remote.db'), 'CREATE TABLE t(v)');
  const context = {
    root,
    projectName: 'mailer',
    targetName: 'turso-snapshot',
    target: {},
    projectsConfigurations: { version: 2, projects: { mailer: { root: 'apps/mailer', targets: {} } } },
  };
  const file = path.join(makeTempDir(), program);
  fs.writeFileSync(
    file,
    `const processes = require('node:child_process');
    const { fork } = processes;
    let started = 0;
    processes.fork = (...args) => (started++, fork(...args));
    require(${JSON.stringify(BUILT)})
      .default({}, ${JSON.stringify(context)})
      .then(({ success }) => {
        console.log('started ' + started);
        process.exit(success ? 0 : 1);
      });`,
  );
  const child = spawn('sh', ['-c', 'umask 022; exec "$@"', 'sh', process.execPath, file], {
    env: {
      ...process.env,
      TURSO_SYNC_NX_CONFIGURATION: '',
      NX_TASK_TARGET_PROJECT: 'mailer',
      NX_TASK_TARGET_TARGET: startedFor,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = once(child, 'close').then(([exitCode]) => ({ exitCode: exitCode as number | null, output }));
  return { child, state: path.join(app, '.turso'), ended };
}

/** Returns how many processes a task has started, and the permissions of a file written by it. */
async function runTask(program: string, startedFor: string): Promise<{ started: number; mode: number }> {
  const { state, ended } = startTask(program, startedFor);
  const { exitCode, output } = await ended;
  expect({ exitCode, output }).toEqual({
    exitCode: 0,
    output: expect.stringContaining('Snapshot of ') as string,
  });
  const { mode } = fs.statSync(path.join(state, 'default/snapshot/manifest.json'));
  return { started: Number(/^started (\d+)$/m.exec(output)?.[1]), mode: mode & 0o777 };
}

test('in the process that Nx has started for it, a task does its work right there, for its user only', async () => {
  expect(await runTask('run-executor.js', 'turso-snapshot')).toEqual({ started: 0, mode: 0o600 });
});

// A database may be open there.
test.each([
  ['that is not of Nx', 'program.js', 'turso-snapshot'],
  ['that Nx has started for another task', 'run-executor.js', 'release'],
])('in a process %s, the work is done in one of its own', async (_, program, startedFor) => {
  expect(await runTask(program, startedFor)).toEqual({ started: 1, mode: 0o600 });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a task that %s ends says so, and leaves nothing',
  async (signal) => {
    const server = await startSqld();
    const proxy = await startProxy(server.port, { delayMs: 400 });
    const { child, state, ended } = startTask('run-executor.js', 'turso-snapshot', proxy.url);
    try {
      const temporary = (): string[] => fs.readdirSync(state).filter((name) => name.startsWith('tmp'));
      await until(() => fs.existsSync(state) && temporary().length > 0, 10_000);
      child.kill(signal);
      const { exitCode, output } = await ended;
      expect(output).toContain(`INTERRUPTED: Ended by ${signal}.\n`);
      expect(exitCode).toBeGreaterThan(128);
      expect(temporary()).toEqual([]);
    } finally {
      await proxy.stop();
      await server.stop();
    }
  },
);
