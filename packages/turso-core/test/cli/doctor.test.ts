import {
  buildDatabase,
  execOn,
  queryOn,
  requireTool,
  startDouble,
  startSqld,
  until,
  type Profile,
  type ServerDouble,
  type Sqld,
  type SqldWithAuth,
} from '@turso-sync/testing';
import path from 'node:path';
import type { DoctorResult } from '../../src/commands/doctor';
import { dropDoctorTable, LIST_DOCTOR_TABLES, nameDoctorTable } from '../../src/sqlite/doctor-table';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';
import {
  startHttpProxy,
  type HttpProxy,
  type ProxiedAnswer,
  type ProxiedRequest,
} from '../hostile/http-proxy.fixture';

type Outcomes = Partial<Record<DoctorResult['checks'][number]['name'], string>>;

async function doctorOf(project: TestProject, ...args: string[]): Promise<DoctorResult> {
  return (await project.json<{ result: DoctorResult }>('doctor', ...args)).result;
}

/** Outcome by check, of those that did not pass. */
function notPassed({ checks }: DoctorResult): Outcomes {
  const others = checks.filter(({ outcome }) => outcome !== 'passed');
  return Object.fromEntries(others.map(({ name, outcome }) => [name, outcome]));
}

const SEED = [
  'DROP TABLE IF EXISTS customers',
  'CREATE TABLE customers(mail)',
  "INSERT INTO customers VALUES ('ada@example.org')",
];

(requireTool('sqld') ? describe : describe.skip)('doctor', () => {
  let [server, double, proxy]: [Sqld?, ServerDouble?, HttpProxy?] = [];
  const sqld = (): Sqld => server as Sqld;

  beforeAll(async () => {
    server = await startSqld();
    await execOn(server, SEED);
  });
  afterEach(async () => {
    await double?.stop();
    proxy?.stop();
    [double, proxy] = [undefined, undefined];
  });
  afterAll(() => server?.stop());

  async function tables(): Promise<unknown[]> {
    return (await queryOn(sqld(), 'SELECT name FROM sqlite_schema ORDER BY name')).flat();
  }

  async function behind(
    hook: (request: ProxiedRequest) => Promise<ProxiedAnswer>,
    url = sqld().url,
  ): Promise<TestProject> {
    proxy = await startHttpProxy(url, hook);
    return makeProject({ url: proxy.url });
  }

  test.each<[Profile, Partial<DoctorResult['capabilities'] & object>]>([
    ['full', { encoding: 'v3-protobuf', replicationIndex: true, log: true, userVersion: true }],
    ['cloud', { encoding: 'v3', replicationIndex: false, log: false, userVersion: false }],
    ['synced', { encoding: 'v3', log: false, syncEndpoints: true }],
    ['bare', { encoding: 'v2', sqliteDbpage: false, sha3: false, userVersion: true }],
    ['balancer', { encoding: 'v3-protobuf', userVersion: true }],
  ])('finds a server that is %s well, and leaves nothing there', async (profile, capabilities) => {
    double = await startDouble(sqld().port, profile, { every: 12 });
    const result = await doctorOf(makeProject({ url: double.url }));
    expect(notPassed(result)).toEqual({});
    expect(result).toMatchObject({ outcome: 'healthy', capabilities });
    expect(await tables()).toEqual(['customers']);
    expect(await queryOn(sqld(), 'PRAGMA user_version')).toEqual([[0n]]);
  });

  test('says of a new database that it tells the number of its latest write', async () => {
    const fresh = await startSqld();
    expect((await doctorOf(makeProject({ url: fresh.url }))).capabilities).toMatchObject({
      replicationIndex: true,
    });
    await fresh.stop();
  });

  test('only reads if it is told to', async () => {
    let writes = 0;
    const project = await behind(({ body, forward }) => {
      if (/IMMEDIATE|CREATE|INSERT/.test(body.toString('latin1'))) writes++;
      return forward();
    });
    const result = await doctorOf(project, '--read-only');
    expect([result.outcome, writes]).toEqual(['healthy', 0]);
    expect(notPassed(result)).toMatchObject({ writing: 'skipped', removal: 'skipped' });
  });

  describe('with a required token', () => {
    let guarded: SqldWithAuth;
    beforeAll(async () => {
      guarded = await startSqld({ auth: true });
    });
    afterAll(() => guarded.stop());

    test('tells neither that token, nor host, folder or tables', async () => {
      await execOn(guarded, SEED, guarded.readWriteToken);
      const project = makeProject(guarded, { 'turso-sync.config.json': '{"exclude":["customers"]}' });
      for (const args of [[], ['--json'], ['--verbose']]) {
        const { exit, stdout, stderr } = await project.run('doctor', ...args);
        expect(exit).toBe(0);
        for (const hidden of [
          guarded.readWriteToken,
          `:${guarded.port}`,
          '127.0.0.1',
          project.dir,
          'customers',
          'ada@',
        ])
          expect(`${stdout}${stderr}`).not.toContain(hidden);
      }
      const { stdout } = await project.run('doctor', '--read-only');
      expect(stdout).toMatch(/^Config {8}turso-sync\.config\.json, 0 environments, 1 name left out, /m);
      expect((await doctorOf(project, '--show-host')).connection.host).toBe(`127.0.0.1:${guarded.port}`);
    });

    test.each([
      ['that is wrong', 'e30.e30.e30', 'token', 'REMOTE_UNAUTHORIZED'],
      ['that is missing', '', 'token', 'REMOTE_UNAUTHORIZED'],
      ['that no header can hold', '"a token"', 'token', 'REMOTE_UNAUTHORIZED'],
    ])('names a token %s', async (_, readWriteToken, name, code) => {
      const project = makeProject({ url: guarded.url, readWriteToken });
      const { exit, stdout } = await project.run('doctor');
      expect(exit).toBe(2);
      expect(stdout).toMatch(/^passed {4}connection:/m);
      expect(stdout).toMatch(new RegExp(`^failed +${name}:.*\\(${code}\\)$`, 'm'));
    });

    test('names a token that may only read', async () => {
      const result = await doctorOf(makeProject({ url: guarded.url, readWriteToken: guarded.readOnlyToken }));
      expect(result.checks.find(({ name }) => name === 'writing')).toMatchObject({
        outcome: 'failed',
        problem: { code: 'REMOTE_READ_ONLY' },
      });
    });
  });

  test.each([
    ['is not there', 'http://127.0.0.1:1', 'REMOTE_UNREACHABLE', {}],
    ['speaks no TLS', null, 'REMOTE_TLS', { tls: 'failed' }],
    ['is no URL', 'ftp://example.org', 'URL_UNSUPPORTED', {}],
    ['is a file that is missing', 'file:missing.db', 'REMOTE_MISSING', {}],
    ['is not set', '', 'URL_MISSING', {}],
  ])('says so if the remote %s', async (_, url, code, outcomes) => {
    const project = makeProject(
      url === '' ? undefined : { url: url ?? sqld().url.replace('http:', 'https:') },
    );
    const { exit, stdout } = await project.run('doctor', '--json');
    const { result } = JSON.parse(stdout) as { result: DoctorResult };
    expect([exit, result.outcome]).toEqual([2, 'unhealthy']);
    expect(result.checks[0]).toMatchObject({ outcome: 'failed', problem: { code } });
    expect(notPassed(result)).toMatchObject({ writing: 'skipped', ...outcomes });
  });

  test('is well with a file', async () => {
    const project = makeProject({ url: 'file:remote.db' });
    buildDatabase(path.join(project.dir, 'remote.db'), SEED.join(';'));
    const result = await doctorOf(project);
    expect(result).toMatchObject({ outcome: 'healthy', capabilities: null, connection: { kind: 'file' } });
    expect(notPassed(result)).toEqual({ tls: 'skipped', token: 'skipped', clock: 'skipped' });
  });

  test('hides the proxy', async () => {
    const project = makeProject({ url: 'https://db.example.org' });
    const env = { HTTPS_PROXY: 'http://me:sesame@proxy.localhost:1' };
    const { exit, stdout, stderr } = await project.start(['doctor'], { env }).ended;
    expect(exit).toBe(2);
    expect(stdout).toMatch(
      /^Remote {8}https:\/\/\[hidden\] \(--show-host prints it\), another machine, TLS, by a proxy$/m,
    );
    expect(stdout).toContain('PROXY_FAILED');
    expect(`${stdout}${stderr}`).not.toMatch(/sesame|proxy\.localhost|example\.org/);
  });

  test('hides the database that its server does not have', async () => {
    const named = await startSqld({ namespaces: ['other'] });
    const project = makeProject({ url: `http://my-shop.localhost:${named.port}` });
    for (const args of [[], ['--json']]) {
      const { exit, stdout, stderr } = await project.run('doctor', ...args);
      expect(exit).toBe(2);
      expect(stdout).toContain('REMOTE_NOT_LIBSQL');
      expect(stdout).toContain('`[hidden]`');
      expect(`${stdout}${stderr}`).not.toContain('my-shop');
    }
    await named.stop();
  });

  describe('finds a server that', () => {
    /** Changes requests, all of which are JSON. */
    async function changing(change: (body: string) => string): Promise<TestProject> {
      double = await startDouble(sqld().port, 'cloud');
      return behind(({ body, forward }) => forward(Buffer.from(change(body.toString()))), double.url);
    }

    test('loses a value', async () => {
      const project = await changing((body) => body.replace('9223372036854775807', '9223372036854775806'));
      const { checks } = await doctorOf(project);
      expect(checks.find(({ name }) => name === 'values')).toMatchObject({
        outcome: 'failed',
        detail: 'these did not come back as they were: the largest integer',
      });
    });

    test('takes no notice of conditions', async () => {
      const project = await changing((body) =>
        body.includes('DELETE FROM main')
          ? body.replaceAll(/"condition":\{"type":"ok","step":\d+\},/g, '')
          : body,
      );
      expect(notPassed(await doctorOf(project))).toMatchObject({ guards: 'failed' });
      expect(await tables()).toEqual(['customers']);
    });

    test('is gone after the first write: the table stays, and the next run removes it', async () => {
      let isGone = false;
      const project = await behind(async ({ body, forward }) => {
        if (isGone) throw new Error('away');
        const answer = await forward();
        isGone = body.includes('CREATE TABLE main');
        return answer;
      });
      expect(notPassed(await doctorOf(project))).toMatchObject({ values: 'failed', removal: 'failed' });
      expect(await tables()).toHaveLength(2);
      isGone = false;
      proxy?.stop();
      const next = await doctorOf(makeProjectAt(project, sqld().url));
      expect(next.checks.find(({ name }) => name === 'leftovers')?.detail).toBe(
        '1 of an earlier self-test removed',
      );
      expect(await tables()).toEqual(['customers']);
    });
  });

  test('ended by Ctrl-C is cleared up by the next run', async () => {
    let isHeld = true;
    const project = await behind(async ({ body, forward }) => {
      const answer = await forward();
      if (body.includes('DELETE FROM main')) await until(() => !isHeld);
      return answer;
    });
    const { child, ended } = project.start(['doctor']);
    await until(async () => (await queryOn(sqld(), LIST_DOCTOR_TABLES)).length > 0);
    child.kill('SIGINT');
    expect((await ended).exit).toBe(130);
    isHeld = false;
    expect(await tables()).toHaveLength(2);
    expect((await doctorOf(project)).outcome).toBe('healthy');
    expect(await tables()).toEqual(['customers']);
  });

  test('leaves the tables of others that may be at work, and those that only look like its own', async () => {
    const now = Date.now() / 1000;
    const kept = [nameDoctorTable('elsewhere', now), 'turso_sync_doctor_notes'];
    const dead = nameDoctorTable('elsewhere', now - 700);
    await execOn(
      sqld(),
      [...kept, dead].map((name) => `CREATE TABLE ${name}(a)`),
    );
    expect(notPassed(await doctorOf(makeProject({ url: sqld().url })))).toEqual({});
    expect(await tables()).toEqual([...kept, 'customers'].sort());
    await execOn(
      sqld(),
      kept.map((name) => dropDoctorTable(name).sql),
    );
  });
});

/** The same folder with another URL. */
function makeProjectAt(project: TestProject, url: string): TestProject {
  const start: TestProject['start'] = (args, options) =>
    project.start(args, { ...options, env: { ...options?.env, TURSO_DATABASE_URL: url } });
  return {
    ...project,
    start,
    json: async <T>(...args: string[]) => JSON.parse((await start([...args, '--json']).ended).stdout) as T,
  };
}
