import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  removeTempDir,
  requireTool,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import { doctor } from '../../src/commands/doctor';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { verify } from '../../src/commands/verify';
import { TursoSyncError } from '../../src/errors';
import { openLive } from '../../src/live/open-live';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { startHttpProxy, type HttpProxy, type ProxiedAnswer } from './http-proxy.fixture';
import { KINDS, LIES, type Kind, type KnownLie, type Lie } from './lies.fixture';

(requireTool('sqld') ? describe : describe.skip)('a server that lies halfway', () => {
  const home = makeTempDir('lies-');
  let server: Sqld;
  let double: ServerDouble;
  const proxies = new Map<Kind, HttpProxy>();
  let asked = 0;
  let earlier: ProxiedAnswer[] = [];
  /** Whether the lie has changed an answer. */
  let isTold = false;
  let armed: { readonly lie: Lie; readonly at: number; readonly forEver: boolean } | null = null;

  const REMOTE = [
    [1n, 'one'],
    [9n, 'nine'],
  ];
  const PUSHED = [
    [1n, 'one'],
    [2n, 'two'],
    [9n, 'nine'],
  ];

  beforeAll(async () => {
    const database = path.join(home, 'base.db');
    buildDatabase(database, "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one')");
    server = await startSqld({ database });
    double = await startDouble(server.port, 'bare');
    for (const kind of KINDS) {
      proxies.set(kind, await startLying(kind));
      const template = path.join(home, kind);
      mkdirSync(template);
      await init(await loadProject({ cwd: template, variables: { TURSO_DATABASE_URL: urlOf(kind) } }));
      editDatabase(path.join(template, 'working_copy.db'), "INSERT INTO t VALUES (2, 'two')");
    }
  });
  afterAll(async () => {
    for (const proxy of proxies.values()) proxy.stop();
    await double.stop();
    await server.stop();
    removeTempDir(home);
  });

  const urlOf = (kind: Kind): string => proxies.get(kind)?.url ?? '';

  function startLying(kind: Kind): Promise<HttpProxy> {
    return startHttpProxy(kind === 'rows' ? double.url : server.url, async (request) => {
      if (kind === 'json' && request.path.includes('protobuf'))
        return { status: 404, headers: {}, body: Buffer.from('{}') };
      const n = asked++;
      const answer = await request.forward();
      const before = [...earlier];
      earlier.push(answer);
      // A lie that has nothing to change in one answer waits for the next.
      const isDue = armed !== null && n >= armed.at && (armed.forEver || !isTold);
      if (armed === null || !isDue) return answer;
      const told = await armed.lie(answer, request, before);
      isTold ||= told.status !== answer.status || !told.body.equals(answer.body);
      return told;
    });
  }

  function arm(next: typeof armed): void {
    armed = next;
    asked = 0;
    earlier = [];
    isTold = false;
  }

  /** What a verb is tried for. */
  interface Trial {
    readonly run: (project: Project, url: string) => Promise<unknown>;
    /** Whether the folder is new. */
    readonly isNew?: boolean;
  }

  const TRIALS: Readonly<Record<string, Trial>> = {
    init: { run: (project) => init(project), isNew: true },
    push: { run: (project) => push(project) },
    pull: { run: (project) => pull(project) },
    verify: { run: (project) => verify(project) },
    status: {
      run: async (project) => {
        const { remoteState } = await status(project, { capabilities: true });
        expect(remoteState.problem?.code).not.toBe('INTERNAL');
      },
    },
    doctor: {
      run: async (project) => {
        const { checks } = await doctor(project);
        expect(checks.map(({ problem }) => problem?.code)).not.toContain('INTERNAL');
      },
    },
    live: { run: (_, url) => useLive(url) },
  };

  /** Reads and writes what nobody else does. */
  async function useLive(url: string): Promise<void> {
    const live = await openLive({ url, maxRetries: 0, timeout: 5000 });
    try {
      await live.query('SELECT * FROM t');
      await live.execute("UPDATE t SET v = 'one' WHERE id = 1 RETURNING v");
      await live.batch(["UPDATE t SET v = 'one' WHERE id = 1"]);
      await live.transaction(async (transaction) => {
        await transaction.query('SELECT * FROM t');
        await transaction.execute("UPDATE t SET v = 'one' WHERE id = 1");
      });
    } finally {
      await live.close();
    }
  }

  const remoteRows = (): Promise<unknown[][]> => queryOn(server, 'SELECT id, v FROM t ORDER BY id');
  const rowsOf = ({ workingCopy }: Project): unknown[][] =>
    using(openReadOnly(workingCopy), (db) => {
      const rows = db.prepare('SELECT id, v FROM t ORDER BY id').safeIntegers().raw().all();
      return rows as unknown[][];
    });

  async function freshProject({ isNew = false }: Trial, kind: Kind): Promise<Project> {
    arm(null);
    await execOn(server, "DELETE FROM t; INSERT INTO t VALUES (1, 'one'), (9, 'nine')");
    const cwd = makeTempDir('lied-to-');
    if (!isNew) cpSync(path.join(home, kind), cwd, { recursive: true, force: true });
    return loadProject({ cwd, variables: { TURSO_DATABASE_URL: urlOf(kind) } });
  }

  const counted = new Map<string, number>();

  /** How many requests a verb makes of a server that says the truth. */
  async function requestsOf(name: string, trial: Trial, kind: Kind): Promise<number> {
    const key = `${name} ${kind}`;
    if (!counted.has(key)) {
      const project = await freshProject(trial, kind);
      arm(null);
      await trial.run(project, urlOf(kind));
      counted.set(key, asked);
      removeTempDir(project.directory);
    }
    return counted.get(key) ?? 0;
  }

  function expectClear(error: unknown): void {
    expect(error).toBeInstanceOf(TursoSyncError);
    const { code, message, hint } = error as TursoSyncError;
    expect({ code, message }).not.toMatchObject({ code: 'INTERNAL' });
    expect(message).toMatch(/\S/);
    if (code !== 'RESPONSE_TOO_LARGE' && code !== 'SQL_FAILED') expect(hint).toMatch(/\S/);
  }

  /** The next self-test removes what one could not. */
  async function expectHealed(project: Project): Promise<void> {
    expect(await doctor(project)).toMatchObject({ outcome: 'healthy' });
    const left = "SELECT name FROM sqlite_schema WHERE name GLOB 'turso_sync_doctor_*'";
    expect(await queryOn(server, left)).toEqual([]);
  }

  // With `TURSO_SYNC_LIES=all` each lie is told at every request, by every kind of server.
  const isAll = process.env['TURSO_SYNC_LIES'] === 'all';
  const told = new Set<string>();
  const pairs = Object.keys(TRIALS).flatMap((name, place) =>
    Object.keys(LIES).flatMap((lie, i) => {
      const { only } = LIES[lie] as KnownLie;
      const some = isAll ? KINDS : [KINDS[(place + i) % KINDS.length] as Kind];
      const kinds = only === undefined ? some : [only];
      return kinds.map((kind) => [name, lie, kind, i] as const);
    }),
  );

  test.each(pairs)('%s: one that %s (%s)', async (name, lieName, kind, turn) => {
    const [trial, { lie, mayBeLikely = false }] = [TRIALS[name] as Trial, LIES[lieName] as KnownLie];
    const requests = await requestsOf(name, trial, kind);
    const all = Array.from({ length: requests }, (_, place) => place);
    // A self-test has many requests, and another one follows.
    const others = name === 'doctor' ? [] : [(turn + 1 + Math.floor(requests / 2)) % requests];
    const some = new Set([(name === 'doctor' ? 2 * turn : turn) % requests, ...others]);
    for (const at of isAll ? all : some) {
      const forEver = at % 2 === 1;
      const project = await freshProject(trial, kind);
      arm({ lie, at, forEver });
      const error: unknown = await trial.run(project, urlOf(kind)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (isTold) told.add(lieName);
      if (error !== null) expectClear(error);
      arm(null);
      const place = { lieName, at, forEver, error: (error as TursoSyncError | null)?.code ?? null };
      const remote = await remoteRows();
      if (name !== 'push') expect({ ...place, remote }).toEqual({ ...place, remote: REMOTE });
      else expect([REMOTE, PUSHED]).toContainEqual(remote);
      if (trial.isNew !== true && error !== null)
        expect({ ...place, rows: rowsOf(project) }).toEqual({ ...place, rows: PUSHED.slice(0, 2) });
      if (name === 'doctor') await expectHealed(project);
      // A value may be another, and become part of the copy.
      if (mayBeLikely && name !== 'push') {
        removeTempDir(project.directory);
        continue;
      }
      if (trial.isNew === true && error === null)
        expect({ ...place, rows: rowsOf(project) }).toEqual({ ...place, rows: REMOTE });
      // Whoever follows the hints gets there, and no row is lost or doubled.
      if (name === 'push' || name === 'pull') {
        await push(project);
        expect({ ...place, remote: await remoteRows() }).toEqual({ ...place, remote: PUSHED });
        await pull(project);
        expect({ ...place, rows: rowsOf(project) }).toEqual({ ...place, rows: PUSHED });
      }
      removeTempDir(project.directory);
    }
  });

  test('each lie has changed an answer', () => {
    expect(Object.keys(LIES).filter((lie) => !told.has(lie))).toEqual([]);
  });

  test('pull finds another way if a proxy holds back the log, which has no end', async () => {
    const project = await freshProject(TRIALS['pull'] as Trial, 'protobuf');
    // The log of others' tests may be too long to begin with.
    await pull(project);
    await execOn(server, "UPDATE t SET v = 'neuf' WHERE id = 9");
    let held = 0;
    const lie: Lie = (answer, { path: asked }) => {
      if (!asked.endsWith('/LogEntries')) return answer;
      held++;
      return new Promise<never>(() => undefined);
    };
    arm({ lie, at: 0, forEver: true });
    await pull(project);
    expect(held).toBe(1);
    expect(rowsOf(project)).toEqual([...PUSHED.slice(0, 2), [9n, 'neuf']]);
  });
});
