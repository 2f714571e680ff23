import {
  buildDatabase,
  compareDatabases,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startDouble,
  startSqld,
  type Profile,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import path from 'node:path';
import { haveSame } from '../../src/commands/comparing/have-same';
import type { Capabilities } from '../../src/hrana/capabilities';
import { doctor } from '../../src/commands/doctor';
import { init } from '../../src/commands/init';
import { status } from '../../src/commands/status';
import { loadProject } from '../../src/project/load-project';
import { connect } from '../../src/remote/connect';
import type { Remote } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';
import { statusText } from '../../src/report/status-text';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { readSchema } from '../../src/sqlite/schema/schema';
import { startHttpProxy, type HttpProxy, type ProxiedAnswer } from '../hostile/http-proxy.fixture';

const ALL: Capabilities = {
  encoding: 'v3-protobuf',
  autocommitConditions: true,
  sqliteDbpage: true,
  dataVersion: true,
  sha3: true,
  replicationIndex: true,
  log: true,
  syncEndpoints: false,
  // Reading cannot tell more than that the server understands it.
  userVersion: null,
};

const CLOUD: Partial<Capabilities> = {
  encoding: 'v3',
  replicationIndex: false,
  log: false,
  userVersion: false,
};

const ROWS =
  'WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 4000) INSERT INTO t SELECT n, n || hex(zeroblob(500)) FROM i';

(requireTool('sqld') ? describe : describe.skip)('the capabilities of a server', () => {
  let [dir, server, double, proxy, remote]: [string, Sqld?, ServerDouble?, HttpProxy?, Remote?] = [''];
  let seen: string[] = [];
  /** What becomes of an answer. */
  let change: (path: string, body: Buffer, answer: () => Promise<ProxiedAnswer>) => Promise<ProxiedAnswer>;

  beforeAll(async () => {
    dir = makeTempDir('capabilities-');
    buildDatabase(
      path.join(dir, 'base.db'),
      `CREATE TABLE t(id INTEGER PRIMARY KEY, v); PRAGMA user_version = 7; ${ROWS}`,
    );
    server = await startSqld({ database: path.join(dir, 'base.db') });
  });
  beforeEach(() => {
    seen = [];
    change = (_path, _body, answer) => answer();
  });
  afterEach(async () => {
    await remote?.close();
    proxy?.stop();
    await double?.stop();
  });
  afterAll(async () => {
    await server?.stop();
    removeTempDir(dir);
  });

  async function connectTo(profile: Profile): Promise<Remote> {
    double = await startDouble((server as Sqld).port, profile, { every: Infinity });
    proxy = await startHttpProxy(double.url, ({ path: to, body, forward }) => {
      seen.push(to);
      return change(to, body, forward);
    });
    return (remote = connect(parseRemoteUrl(proxy.url, '')));
  }

  async function snapshot(from: Remote): Promise<string> {
    const file = path.join(makeTempDir('snapshot-'), 'copy.db');
    const { method } = await from.snapshot(file);
    expect(compareDatabases(file, path.join(dir, 'base.db'))).toEqual([]);
    return method;
  }

  test.each<[Profile, Partial<Capabilities>]>([
    ['full', {}],
    ['balancer', {}],
    ['cloud', CLOUD],
    ['synced', { ...CLOUD, syncEndpoints: true }],
    [
      'bare',
      {
        encoding: 'v2',
        autocommitConditions: false,
        sqliteDbpage: false,
        dataVersion: false,
        sha3: false,
        replicationIndex: false,
        log: false,
      },
    ],
  ])('that is %s are asked for in one request that writes nothing', async (profile, other) => {
    const at = await connectTo(profile);
    await at.fingerprint();
    seen = [];
    expect(await at.capabilities({ ask: true })).toEqual({ ...ALL, ...other });
    expect(seen.filter((to) => to.startsWith(`/${other.encoding ?? 'v3-protobuf'}/`))).toHaveLength(1);
    expect(await queryOn(server as Sqld, 'PRAGMA user_version')).toEqual([[7n]]);
  });

  test.each(['cloud', 'bare'] as const)('that is %s are not asked for twice', async (profile) => {
    const at = await connectTo(profile);
    for (let i = 0; i < 3; i++) expect(await at.fingerprint()).toBeNull();
    expect(seen.filter((to) => to.includes('Hello'))).toHaveLength(1);
    for (let i = 0; i < 2; i++) expect(await snapshot(at)).toBe(profile === 'bare' ? 'rows' : 'pages');
    for (let i = 0; i < 3; i++) await at.snapshotReads([]);
    if (profile === 'bare') expect(await at.transactSince('a:1', () => [])).toBeNull();
    expect((await at.capabilities())?.sqliteDbpage).toBe(profile !== 'bare');
  });

  test('that cannot be asked for leave the rest of the status as it is', async () => {
    await connectTo('full');
    const { url } = proxy as HttpProxy;
    const project = await loadProject({
      cwd: makeTempDir('status-'),
      variables: { TURSO_DATABASE_URL: url },
    });
    await init(project);
    change = async (_path, body, answer) =>
      body.includes('sqlite_dbpage') ? { status: 500, headers: {}, body: Buffer.from('oh') } : answer();
    const found = await status(project, { capabilities: true });
    expect(found.remoteState).toMatchObject({
      ...{ answers: true, hasMoved: false, problem: null },
      capabilities: { log: true, sqliteDbpage: null },
      capabilitiesProblem: { code: 'REMOTE_FAILED' },
    });
    expect(statusText(found)).toMatch(
      /has not changed since the base was made\n[^]*\nNot asked {5}REMOTE_FAILED /,
    );
  });

  test('and what else a doctor finds are told, whenever the server begins to fail', async () => {
    await connectTo('full');
    const { url } = proxy as HttpProxy;
    const project = await loadProject({
      cwd: makeTempDir('doctor-'),
      variables: { TURSO_DATABASE_URL: url },
    });
    const failsFrom = async (request: number): Promise<unknown> => {
      seen = [];
      change = async (_path, _body, answer) =>
        seen.length > request ? { status: 401, headers: {}, body: Buffer.from('') } : answer();
      const { outcome, checks } = await doctor(project);
      expect(checks.map(({ problem }) => problem?.code)).not.toContain('INTERNAL');
      return outcome;
    };
    expect(await failsFrom(Infinity)).toBe('healthy');
    expect(seen.length).toBeGreaterThan(10);
    // Later ones leave a transaction that the server ends after 5 s.
    for (let request = 1; request < 10; request++) await failsFrom(request);
    change = (_path, _body, answer) => answer();
    expect(await doctor(project)).toMatchObject({ outcome: 'healthy' });
  });

  test('are none of a file', async () => {
    const at = connect(parseRemoteUrl('file:base.db', dir));
    expect(await at.capabilities({ ask: true })).toBeNull();
  });

  test('that sends rows sends those that break a rule, too, if SQLite takes them', async () => {
    const database = path.join(dir, 'older.db');
    buildDatabase(
      database,
      `CREATE TABLE c(v CHECK (v < 5)); CREATE TABLE n(v);
       PRAGMA ignore_check_constraints = ON; INSERT INTO c VALUES (9); INSERT INTO n VALUES (NULL);
       PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE n(v NOT NULL)' WHERE name = 'n'`,
    );
    const older = await startSqld({ database });
    double = await startDouble(older.port, 'bare');
    remote = connect(parseRemoteUrl(double.url, ''));
    const [copy, other] = ['copy.db', 'other.db'].map((name) => path.join(dir, name)) as [string, string];
    try {
      await remote.snapshot(copy, { exclude: ['n'] });
      expect(using(openReadOnly(copy), (db) => db.prepare('SELECT v FROM c').pluck().all())).toEqual([9]);
      await expect(remote.snapshot(other)).rejects.toMatchObject({
        code: 'REMOTE_DAMAGED',
        message: expect.stringMatching(/"n" .+NOT NULL/) as string,
      });
    } finally {
      await older.stop();
    }
  });

  describe('that tells its content otherwise', () => {
    const lying = (pattern: string, lie: (text: string) => string): void => {
      change = async (_path, body, answer) => {
        const told = await answer();
        return body.includes(pattern) ? { ...told, body: Buffer.from(lie(told.body.toString())) } : told;
      };
    };

    test.each<[string, Profile, string, (text: string) => string]>([
      [
        'of four thousand million pages, without an end',
        'cloud',
        'pragma_page_count',
        (text) =>
          text.replace(
            /("type":"integer","value":")\d+("\},\{"type":"text","value":"UTF-8")/,
            '$14294967294$2',
          ),
      ],
      [
        'of pages that are too short',
        'cloud',
        'json_each',
        (text) => text.replace(/(base64":"[^"]{40})[^"]+/, '$1'),
      ],
      [
        'of rows sent twice',
        'bare',
        'FROM \\"t\\"',
        (text) => text.replace(/"rows":\[(\[.*?\])(?=[,\]])/, '"rows":[$1,$1'),
      ],
      [
        'of rows in another order of columns',
        'bare',
        'FROM \\"t\\"',
        (text) => text.replaceAll('"integer","value":"', '"text","value":"x'),
      ],
    ])('is not copied: %s', async (_, profile, pattern, lie) => {
      const at = await connectTo(profile);
      lying(pattern, lie);
      const copying = snapshot(at);
      await expect(copying).rejects.toMatchObject({
        code: profile === 'bare' ? 'REMOTE_DAMAGED' : 'REMOTE_NOT_LIBSQL',
      });
      expect(seen.length).toBeLessThan(30);
    });
  });

  describe('that changes its mind', () => {
    /** From the request on whose body fits, whatever fits is not there. */
    function losing(name: string, after: number): void {
      let met = 0;
      change = async (_path, body, answer) => {
        if (!body.includes(name) || met++ < after) return answer();
        const error = { message: `no such table: ${name}`, code: 'SQLITE_ERROR' };
        const results = [
          { type: 'ok', response: { type: 'batch', result: { step_results: [null], step_errors: [error] } } },
        ];
        const told = await answer();
        const { baton } = JSON.parse(told.body.toString()) as { baton: unknown };
        return { ...told, body: Buffer.from(JSON.stringify({ baton, base_url: null, results })) };
      };
    }

    test('about its pages, midway, is read by rows', async () => {
      const at = await connectTo('cloud');
      losing('sqlite_dbpage', 1);
      expect(await snapshot(at)).toBe('rows');
      expect((await at.capabilities())?.sqliteDbpage).toBe(false);
    });

    test('about its encoding is asked in another', async () => {
      const at = await connectTo('full');
      await at.read((query) => query('SELECT 1'));
      change = async (to, _body, answer) =>
        to.startsWith('/v3-protobuf')
          ? { status: 404, headers: {}, body: Buffer.from('{"error":"route not found"}') }
          : answer();
      expect(await at.read((query) => query('SELECT count(*), 9e999 FROM t'))).toEqual([[4000n, Infinity]]);
      expect(await snapshot(at)).toBe('pages');
      expect((await at.capabilities())?.encoding).toBe('v3');
    });

    test.each(['404', 'nothing', 'garbage'])(
      'about its log, with %s, has no mark, and is asked again',
      async (how) => {
        const at = await connectTo('full');
        const mark = await at.fingerprint();
        expect(mark).not.toBeNull();
        change = async (to, _body, answer) => {
          if (!to.includes('Hello')) return answer();
          const body = Buffer.from(how === 'nothing' ? '' : how === '404' ? '{}' : 'what is this?');
          return { status: how === '404' ? 404 : 200, headers: {}, body };
        };
        expect([mark, null]).toContain(await at.fingerprint());
        change = (_path, _body, answer) => answer();
        expect(await at.fingerprint()).toBe(mark);
      },
    );
  });

  describe('that lies', () => {
    test('about checksums is compared by values', async () => {
      const at = await connectTo('cloud');
      change = async (_path, _body, answer) => {
        const told = await answer();
        const text = told.body.toString().replaceAll(/"[0-9a-f]{64}"/g, `"${'0'.repeat(64)}"`);
        return { ...told, body: Buffer.from(text) };
      };
      const db = openReadOnly(path.join(dir, 'base.db'));
      const table = [...readSchema(db).tables.values()][0];
      if (table === undefined) throw new Error('The table is missing.');
      expect(await haveSame(at, db, [{ table, terms: ['v'] }])).toEqual([true]);
      db.close();
      expect((await at.capabilities({ ask: true }))?.sha3).toBe(false);
    });

    test('about the number of its latest write, and has no log, is read by one transaction', async () => {
      const at = await connectTo('cloud');
      change = async (_path, _body, answer) => {
        const told = await answer();
        return {
          ...told,
          body: Buffer.from(
            told.body.toString().replaceAll('"replication_index":null', '"replication_index":"1"'),
          ),
        };
      };
      let open = 0;
      const counted = change;
      change = (to, body, answer) => {
        if (body.includes('"BEGIN"')) open++;
        return counted(to, body, answer);
      };
      expect(await at.fingerprint()).toBeNull();
      expect(await snapshot(at)).toBe('pages');
      expect(open).toBe(1);
    });
  });

  test('that appear later are met by the next connection', async () => {
    const at = await connectTo('bare');
    expect(await at.snapshotReads([])).toBeNull();
    const next = connect(parseRemoteUrl((server as Sqld).url, ''));
    expect(await next.snapshotReads([])).toBeGreaterThan(100);
    await next.close();
  });
});
