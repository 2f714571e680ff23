import { randomBytes } from 'node:crypto';
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
  startSqld,
  type Sqld,
} from '@turso-sync/testing';
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
import {
  startHttpProxy,
  type HttpProxy,
  type ProxiedAnswer,
  type ProxiedRequest,
} from './http-proxy.fixture';

/** What a server does to the true answer of one request. */
type Lie = (
  answer: ProxiedAnswer,
  request: ProxiedRequest,
  earlier: readonly ProxiedAnswer[],
) => ProxiedAnswer | Promise<never>;

const withBody = (body: Buffer | string, type?: string): Lie => {
  const headers = type === undefined ? {} : { 'content-type': type };
  return (answer) => ({ ...answer, headers: { ...answer.headers, ...headers }, body: Buffer.from(body) });
};
const withText =
  (change: (text: string) => string): Lie =>
  (answer) => ({ ...answer, body: Buffer.from(change(answer.body.toString('latin1')), 'latin1') });
const noRoute: Lie = () => ({ status: 404, headers: {}, body: Buffer.from('{"error":"route not found"}') });
const failed = (message: string, code: string): Buffer => {
  const result = { type: 'error', error: { message, code } };
  return Buffer.from(JSON.stringify({ baton: null, base_url: null, results: [result, result] }));
};

const LIES: Readonly<Record<string, Lie>> = {
  'answers nothing': withBody(''),
  'answers with random bytes': (answer) => ({ ...answer, body: randomBytes(answer.body.length + 1) }),
  'answers with zeros': (answer) => ({ ...answer, body: Buffer.alloc(answer.body.length) }),
  'answers with a page': withBody('<!doctype html><title>Welcome</title>', 'text/html'),
  'answers with half': (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) }),
  'answers twice over': (answer) => ({ ...answer, body: Buffer.concat([answer.body, answer.body]) }),
  'answers as to an earlier request': (answer, _request, earlier) => earlier.at(-1) ?? answer,
  'answers in the other encoding': (answer, { path }) =>
    path.includes('protobuf')
      ? { ...answer, body: failed('no', 'NO') }
      : { ...answer, body: Buffer.from('\x1a\x02\x12\x00', 'latin1') },
  'answers with an empty list of results': withBody('{"baton":null,"base_url":null,"results":[]}'),
  'knows the path no more': noRoute,
  'knows Protocol Buffers no more': (answer, request, earlier) =>
    request.path.includes('protobuf') ? noRoute(answer, request, earlier) : answer,
  'knows no table that it knew': (answer, { path }) =>
    path.includes('json') || path.startsWith('/v2') || path.startsWith('/v3/')
      ? { ...answer, body: failed('no such table: sqlite_dbpage', 'SQLITE_ERROR') }
      : answer,
  'says that it has written more': withText((text) =>
    text.replace(/("replication_index":"?)\d+/g, '$1999999'),
  ),
  'says that it has written nothing': withText((text) =>
    text.replace(/("replication_index":"?)\d+"?/g, '$1x"'),
  ),
  'says that nothing was changed': withText((text) => text.replace(/("affected_row_count":)\d+/g, '$10')),
  'leaves out errors': withText((text) => text.replace(/"step_errors":\[[^\]]*\]/g, '"step_errors":[]')),
  'gives another baton': withText((text) => text.replace(/("baton":)"[^"]*"/g, '$1"AAAA"')),
  'gives a number for every text': withText((text) => text.replace(/"[a-z+/=0-9]{3,}"/gi, '1e999')),
  'is another server from there on': (answer, { path }) =>
    path.endsWith('Hello') ? { ...answer, body: swapped(answer.body) } : answer,
};

/** The same message with other ids: their hexadecimal digits are others. */
function swapped(body: Buffer): Buffer {
  const digits = '0123456789abcdef';
  const other = (digit: string): string => digits[15 - digits.indexOf(digit)] ?? digit;
  return Buffer.from(body.toString('latin1').replace(/(?<=[0-9a-f-])[0-9a-f]/g, other), 'latin1');
}

(requireTool('sqld') ? describe : describe.skip)('a server that lies halfway', () => {
  const home = makeTempDir('lies-');
  let server: Sqld;
  let proxy: HttpProxy;
  let asked = 0;
  let earlier: ProxiedAnswer[] = [];
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
    proxy = await startHttpProxy(server.url, async (request) => {
      const n = asked++;
      const answer = await request.forward();
      const isLied = armed !== null && (armed.forEver ? n >= armed.at : n === armed.at);
      const told = isLied && armed !== null ? await armed.lie(answer, request, earlier) : answer;
      earlier.push(answer);
      return told;
    });
    const template = path.join(home, 'template');
    mkdirSync(template);
    await init(await loadProject({ cwd: template, variables: { TURSO_DATABASE_URL: proxy.url } }));
    editDatabase(path.join(template, 'working_copy.db'), "INSERT INTO t VALUES (2, 'two')");
  });
  afterAll(async () => {
    proxy.stop();
    await server.stop();
    removeTempDir(home);
  });

  async function projectIn(cwd: string): Promise<Project> {
    cpSync(path.join(home, 'template'), cwd, { recursive: true, force: true });
    return loadProject({ cwd, variables: { TURSO_DATABASE_URL: proxy.url } });
  }

  function arm(next: typeof armed): void {
    armed = next;
    asked = 0;
    earlier = [];
  }

  /** What a verb is tried for. */
  interface Trial {
    readonly run: (project: Project) => Promise<unknown>;
    /** Whether the folder is new. */
    readonly isNew?: boolean;
  }

  const TRIALS: Readonly<Record<string, Trial>> = {
    init: { run: (project) => init(project), isNew: true },
    push: { run: (project) => push(project) },
    pull: { run: (project) => pull(project) },
    verify: { run: (project) => verify(project) },
    status: { run: (project) => status(project) },
    live: { run: () => useLive() },
  };

  /** Reads and writes what nobody else does. */
  async function useLive(): Promise<void> {
    const live = await openLive({ url: proxy.url, maxRetries: 0, timeout: 5000 });
    try {
      await live.query('SELECT * FROM t');
      await live.execute("UPDATE t SET v = 'one' WHERE id = 1");
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

  async function freshProject({ isNew = false }: Trial): Promise<Project> {
    arm(null);
    await execOn(server, "DELETE FROM t; INSERT INTO t VALUES (1, 'one'), (9, 'nine')");
    const cwd = makeTempDir('lied-to-');
    if (!isNew) return projectIn(cwd);
    return loadProject({ cwd, variables: { TURSO_DATABASE_URL: proxy.url } });
  }

  const counted = new Map<string, number>();

  /** How many requests a verb makes of a server that says the truth. */
  async function requestsOf(name: string, trial: Trial): Promise<number> {
    if (!counted.has(name)) {
      const project = await freshProject(trial);
      arm(null);
      await trial.run(project);
      counted.set(name, asked);
      removeTempDir(project.directory);
    }
    return counted.get(name) ?? 0;
  }

  function expectClear(error: unknown): void {
    expect(error).toBeInstanceOf(TursoSyncError);
    const { code, message, hint } = error as TursoSyncError;
    expect({ code, message }).not.toMatchObject({ code: 'INTERNAL' });
    expect(message).toMatch(/\S/);
    if (code !== 'RESPONSE_TOO_LARGE' && code !== 'SQL_FAILED') expect(hint).toMatch(/\S/);
  }

  // With `TURSO_SYNC_LIES=all` each lie is told at every request.
  const isAll = process.env['TURSO_SYNC_LIES'] === 'all';
  const pairs = Object.keys(TRIALS).flatMap((name) =>
    Object.keys(LIES).map((lie, i) => [name, lie, i] as const),
  );

  test.each(pairs)('%s: one that %s', async (name, lieName, turn) => {
    const [trial, lie] = [TRIALS[name] as Trial, LIES[lieName] as Lie];
    const requests = await requestsOf(name, trial);
    const all = Array.from({ length: requests }, (_, place) => place);
    const some = new Set([turn % requests, (turn + 1 + Math.floor(requests / 2)) % requests]);
    for (const at of isAll ? all : some) {
      const forEver = at % 2 === 1;
      const project = await freshProject(trial);
      arm({ lie, at, forEver });
      const error: unknown = await trial.run(project).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error !== null) expectClear(error);
      arm(null);
      const place = { lieName, at, forEver, error: (error as TursoSyncError | null)?.code ?? null };
      const remote = await remoteRows();
      if (name !== 'push') expect({ ...place, remote }).toEqual({ ...place, remote: REMOTE });
      else expect([REMOTE, PUSHED]).toContainEqual(remote);
      if (trial.isNew !== true && error !== null && name !== 'live')
        expect({ ...place, rows: rowsOf(project) }).toEqual({ ...place, rows: PUSHED.slice(0, 2) });
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

  test('pull finds another way if a proxy holds back the log, which has no end', async () => {
    const project = await freshProject(TRIALS['pull'] as Trial);
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
