import { writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  createAuthority,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startFront,
  startSqld,
  type Certified,
  type Front,
  type Sqld,
} from '@turso-sync/testing';
import { makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';
import { runLive } from './live-script.fixture';

const dir = makeTempDir();
const database = path.join(dir, 'base.db');
const authority = createAuthority();
const HOST = '127.0.0.1';
const HOUR = 3_600_000;
const valid = authority.certify(HOST);
const expired = authority.certify(HOST, { until: new Date(Date.now() - HOUR / 60) });

const UNFIT: [string, Certified, string, string][] = [
  [
    'of an authority that nobody knows',
    createAuthority('Stranger').certify(HOST),
    'no authority',
    'NODE_EXTRA_CA_CERTS',
  ],
  ['that has expired', expired, 'has expired', 'Renew the certificate'],
  [
    'that is not valid yet',
    authority.certify(HOST, { from: new Date(Date.now() + HOUR) }),
    'not valid yet',
    'clock',
  ],
  ['for another host', authority.certify('db.example'), 'for another host', 'Check the host'],
];

(requireTool('sqld') ? describe : describe.skip)('a remote with TLS', () => {
  const env = { NODE_EXTRA_CA_CERTS: path.join(dir, 'authority.pem') };
  let server: Sqld;
  let front: Front;

  beforeAll(async () => {
    writeFileSync(env.NODE_EXTRA_CA_CERTS, authority.cert);
    buildDatabase(database, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
    server = await startSqld({ database });
  });
  beforeEach(async () => {
    await execOn(server, ['DELETE FROM t', 'INSERT INTO t VALUES (1, 1)']);
    front = await startFront(server.port, { certified: valid });
  });
  afterEach(() => front.stop());
  afterAll(() => server.stop());

  const runIn = (project: TestProject, ...args: string[]): Promise<Run> =>
    project.start([...args, '--quiet'], { env }).ended;

  async function editedProject(): Promise<TestProject> {
    const project = makeProject({ url: front.url });
    expect(await runIn(project, 'init')).toMatchObject({ exit: 0, stderr: '' });
    project.edit('INSERT INTO t VALUES (2, 2)');
    return project;
  }

  const remoteRows = (): Promise<unknown> => queryOn(server, 'SELECT id, v FROM t ORDER BY id');

  test('works for every command once its authority is trusted', async () => {
    const project = await editedProject();
    expect(await runIn(project, 'push')).toMatchObject({ exit: 0, stderr: '' });
    await execOn(server, 'INSERT INTO t VALUES (3, 3)');
    for (const command of ['pull', 'verify', 'status'])
      expect(await runIn(project, command)).toMatchObject({ exit: 0, stderr: '' });
    expect(project.query('SELECT count(*) FROM t')).toEqual([[3]]);
  });

  test.each([{}, { replica: 'replica.db' }])('works for a live connection (%p)', async ({ replica }) => {
    const options = replica === undefined ? {} : { replica: path.join(makeTempDir(), replica) };
    expect(await runLive({ url: front.url, ...options }, env)).toEqual({ rows: 2 });
  });

  test.each(UNFIT)('with a certificate %s is not asked', async (_, certified, reason, hint) => {
    const project = await editedProject();
    front.certify(certified);
    const [before, asked] = [project.digests(), front.seen.length];
    for (const command of ['push', 'pull', 'verify', 'init']) {
      const force = command === 'init' ? ['--force'] : [];
      const run = await runIn(project, command, ...force);
      expect({ command, exit: run.exit, stdout: run.stdout }).toEqual({ command, exit: 1, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`^REMOTE_TLS: .*${reason}.*Nothing was sent\\.\\n {2}.*${hint}`));
    }
    expect(project.digests()).toEqual(before);
    const status = await project.start(['status'], { env }).ended;
    expect(status).toMatchObject({ exit: 0 });
    expect(status.stdout).toContain('REMOTE_TLS');
    for (const replica of [{}, { replica: path.join(makeTempDir(), 'replica.db') }])
      expect(await runLive({ url: front.url, ...replica }, env)).toMatchObject({ code: 'REMOTE_TLS' });
    expect(front.seen).toHaveLength(asked);
    expect(await remoteRows()).toEqual([[1n, 1n]]);
  });

  test.each(['push', 'pull', 'verify', 'init'])(
    'whose certificate expires between requests ends a %s with nothing changed',
    async (command) => {
      const project = await editedProject();
      if (command !== 'push') await execOn(server, 'INSERT INTO t VALUES (9, 9)');
      const args = command === 'init' ? ['init', '--force'] : [command];
      const rows = await remoteRows();
      let failures = 0;
      for (let lasts = 1; ; lasts++) {
        await front.stop();
        let left = lasts;
        front = await startFront(server.port, {
          certified: valid,
          onRequest: () => {
            if (--left === 0) front.certify(expired);
          },
        });
        const moved = ['--accept-remote'];
        const before = project.query('SELECT * FROM t');
        const run = await project.start([...args, '--quiet', ...moved], {
          env: { ...env, TURSO_DATABASE_URL: front.url },
        }).ended;
        // All that it asks was asked before.
        if (left > 0 || run.exit !== 1) {
          expect(run).toMatchObject({ exit: command === 'verify' ? 2 : 0 });
          break;
        }
        // A connection that the server closes just then has broken off.
        expect(run.stderr).toMatch(/^(?:REMOTE_TLS: .*has expired|REMOTE_INTERRUPTED: )/);
        expect([await remoteRows(), project.query('SELECT * FROM t')]).toEqual([rows, before]);
        if (run.stderr.startsWith('REMOTE_TLS')) failures++;
      }
      expect(failures).toBeGreaterThan(0);
      if (command === 'push') expect(await remoteRows()).toEqual([...(rows as unknown[]), [2n, 2n]]);
    },
    120_000,
  );
});
