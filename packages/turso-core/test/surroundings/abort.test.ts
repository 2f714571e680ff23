import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  editDatabase,
  execOn,
  makeTempDir,
  queryOn,
  requireTool,
  startFront,
  startSqld,
  type Front,
  type Sqld,
} from '@turso-sync/testing';
import { VERBS } from '../../src/commands/apart/verbs';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { undo } from '../../src/commands/undo';
import { diff } from '../../src/commands/diff';
import { verify } from '../../src/commands/verify';
import type { CoreEvent, VerbOptions } from '../../src/events';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { library } from '../fixtures/built.fixture';
import { digestsOf } from '../fixtures/cli.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';

const REASON = new Error('the user pressed Esc');

const ABORTED = { code: 'ABORTED', cause: REASON, retryable: true };

/** Runs a verb, and returns its result or its error. */
async function outcome<R>(work: Promise<R>): Promise<{ result: R } | { error: unknown }> {
  return work.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
}

/** What aborts at the n-th step, counted from 1, and the steps so far. */
function abortAtStep(n: number): VerbOptions & { readonly steps: string[]; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const steps: string[] = [];
  const onEvent = (event: CoreEvent): void => {
    if (event.type === 'begin' && steps.push(event.what) === n) controller.abort(REASON);
  };
  return { steps, signal: controller.signal, onEvent };
}

/** A verb, how to give it work, and whether it has done that. */
interface Scene {
  readonly verb: (project: Project, options: VerbOptions) => Promise<object>;
  readonly prepare: (at: FileProject, n: number) => Promise<void>;
  readonly done: object;
}

const SCENES: Readonly<Record<string, Scene>> = {
  push: {
    verb: push,
    prepare: async (at, n) => at.edit(`UPDATE t SET v = 'mine ${n}' WHERE id = 1`),
    done: { outcome: 'pushed' },
  },
  pull: {
    verb: pull,
    async prepare(at, n) {
      at.edit(`UPDATE t SET v = 'mine ${n}' WHERE id = 1`);
      at.editRemote(`UPDATE t SET v = 'theirs ${n}' WHERE id = 2`);
    },
    done: { outcome: 'pulled' },
  },
  undo: {
    verb: undo,
    async prepare(at, n) {
      at.edit(`UPDATE t SET v = 'undone ${n}' WHERE id = 1`);
      await push(at.project);
    },
    done: { outcome: 'undone' },
  },
  init: {
    verb: init,
    prepare: async (at, n) => at.editRemote(`UPDATE t SET v = 'theirs ${n}' WHERE id = 2`),
    done: { outcome: 'updated' },
  },
  'init --force': {
    verb: (project, options) => init(project, { ...options, force: true }),
    prepare: async (at, n) => at.edit(`UPDATE t SET v = 'lost ${n}' WHERE id = 1`),
    done: { outcome: 'updated' },
  },
};

describe.each(Object.entries(SCENES))('%s', (_, { verb, prepare, done }) => {
  test('aborted at any step, it changes nothing, and the next run works', async () => {
    const at = await makeFileProject(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    );
    await init(at.project);
    const content = (): object => ({
      remote: at.queryRemote('SELECT * FROM t'),
      local: rowsIn(at.project.workingCopy),
      base: digestsOf(at.project.files.base.directory),
      // A forced init keeps the old working copy beside it.
      files: readdirSync(at.project.directory).sort(),
      temporary: readdirSync(at.project.files.directory).filter((name) => name.startsWith('tmp-')),
    });
    const seen: string[] = [];
    for (let n = 1; ; n++) {
      await prepare(at, n);
      const before = content();
      const { steps, ...options } = abortAtStep(n);
      const ended = await outcome(verb(at.project, options));
      const step = steps[n - 1];
      if (step === undefined) break;
      const isAborted = 'error' in ended;
      seen.push(`${step}: ${isAborted ? 'aborted' : 'done'}`);
      if (!isAborted) {
        // The last steps go on, and the result is told as it is.
        expect([step, ended.result]).toEqual([step, expect.objectContaining(done)]);
        continue;
      }
      expect([step, ended.error]).toEqual([step, expect.objectContaining(ABORTED)]);
      expect([step, content()]).toEqual([step, before]);
      expect([step, await verb(at.project, {})]).toEqual([step, expect.objectContaining(done)]);
    }
    const last = seen.findIndex((step) => step.endsWith('done'));
    expect(last).toBeGreaterThan(0);
    expect(seen[last]).toMatch(/^(commit|write the working copy): done$/);
    expect(seen.slice(last).filter((step) => step.endsWith('aborted'))).toEqual([]);
  });
});

function rowsIn(file: string): unknown {
  return using(openReadOnly(file), (db) => db.prepare('SELECT * FROM t').all());
}

test.each(Object.keys(library).filter((name) => name in VERBS))(
  '%s does not begin once its signal is aborted',
  async (name) => {
    const at = await makeFileProject('CREATE TABLE t(x)');
    const verb = library[name as 'status'];
    await expect(verb(at.project, { signal: AbortSignal.abort(REASON) })).rejects.toMatchObject(ABORTED);
    expect(readdirSync(at.project.directory)).toEqual(['remote.db']);
  },
);

test('a signal that is none is refused', async () => {
  const at = await makeFileProject('CREATE TABLE t(x)');
  await expect(push(at.project, { signal: new AbortController() as never })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'The option "signal" of push() must be an AbortSignal.',
  });
});

test('the verb of a program ends in its own process, and the reason is the very object', async () => {
  const at = await makeFileProject("CREATE TABLE t(x); INSERT INTO t VALUES ('a')");
  await library.init(at.project);
  const controller = new AbortController();
  const write = (): void => controller.abort(REASON);
  const dumped = library.dump(at.project, { to: { write }, signal: controller.signal });
  const error = await dumped.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(library.TursoSyncError);
  expect(error).toMatchObject({ code: 'ABORTED' });
  expect((error as Error).cause).toBe(REASON);
  expect(readdirSync(at.project.files.directory).filter((name) => name.startsWith('tmp-'))).toEqual([]);
  expect(await library.push(at.project, { signal: new AbortController().signal })).toMatchObject({
    outcome: 'nothing',
  });
});

(requireTool('sqld') ? describe : describe.skip)('while the server works', () => {
  let server: Sqld;
  let front: Front;
  let onRequest: (path: string) => void;
  let isSilent = false;
  let project: Project;

  beforeAll(async () => {
    server = await startSqld();
    front = await startFront(server.port, {
      onRequest: (request) => onRequest(request.path),
      answerAs: ({ headers }) =>
        isSilent ? { headers, body: new Readable({ read: () => undefined }) } : null,
    });
    await execOn(server, [
      'CREATE TABLE t(id INTEGER PRIMARY KEY, v)',
      "INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    ]);
  });

  afterAll(async () => {
    await front.stop();
    await server.stop();
  });

  beforeEach(async () => {
    onRequest = () => undefined;
    isSilent = false;
    project = await loadProject({
      cwd: makeTempDir('abort-'),
      variables: { TURSO_DATABASE_URL: front.url },
    });
    await init(project);
  });

  const edit = (sql: string): void => editDatabase(project.workingCopy, sql);
  const remoteRows = (): Promise<unknown> => queryOn(server, 'SELECT * FROM t');

  /** What aborts when so many requests have come. */
  function abortAtRequest(n: number): { signal: AbortSignal; hasCome: () => boolean } {
    const controller = new AbortController();
    let requests = 0;
    onRequest = () => {
      if (++requests === n) controller.abort(REASON);
    };
    return { signal: controller.signal, hasCome: () => requests >= n };
  }

  test.each([
    [
      'push',
      push,
      async (n: number) => edit(`UPDATE t SET v = 'mine ${n}' WHERE id = 1`),
      { outcome: 'pushed' },
    ],
    [
      'pull',
      pull,
      async (n: number) => execOn(server, `UPDATE t SET v = 'theirs ${n}' WHERE id = 2`),
      { outcome: 'pulled' },
    ],
    [
      'undo',
      undo,
      async (n: number) => {
        edit(`UPDATE t SET v = 'undone ${n}' WHERE id = 1`);
        await push(project);
      },
      { outcome: 'undone' },
    ],
    [
      'init',
      init,
      async (n: number) => execOn(server, `UPDATE t SET v = 'theirs ${n}' WHERE id = 2`),
      { outcome: 'updated' },
    ],
  ] as const)('%s aborted at any request', async (_, verb, prepare, done) => {
    const ends: boolean[] = [];
    for (let n = 1; ; n++) {
      await prepare(n);
      const before = [
        await remoteRows(),
        rowsIn(project.workingCopy),
        digestsOf(project.files.base.directory),
      ];
      const { signal, hasCome } = abortAtRequest(n);
      const ended = await outcome<object>(verb(project, { signal }));
      if (!hasCome()) break;
      onRequest = () => undefined;
      ends.push('result' in ended);
      if ('result' in ended) {
        expect([n, ended.result]).toEqual([n, expect.objectContaining(done)]);
        continue;
      }
      expect([n, ended.error]).toEqual([n, expect.objectContaining(ABORTED)]);
      const after = [
        await remoteRows(),
        rowsIn(project.workingCopy),
        digestsOf(project.files.base.directory),
      ];
      expect([n, after]).toEqual([n, before]);
      expect([n, await verb(project, {})]).toEqual([n, expect.objectContaining(done)]);
    }
    // The first requests can be aborted.
    expect(ends.length).toBeGreaterThan(1);
    expect(ends[0]).toBe(false);
    expect(await queryOn(server, "SELECT count(*) FROM sqlite_schema WHERE name <> 't'")).toEqual([[0n]]);
  });

  test('an upload ends between its parts, and leaves nothing there', async () => {
    edit(`WITH RECURSIVE s(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM s WHERE i < 350)
      INSERT INTO t SELECT i, printf('%.*c', 100000, 'x') FROM s`);
    const controller = new AbortController();
    const onEvent = (event: CoreEvent): void => {
      if (event.type === 'progress' && event.what === 'upload' && event.done > 50) controller.abort(REASON);
    };
    await expect(push(project, { onEvent, signal: controller.signal })).rejects.toMatchObject(ABORTED);
    expect(await queryOn(server, 'SELECT count(*), (SELECT count(*) FROM sqlite_schema) FROM t')).toEqual([
      [2n, 1n],
    ]);
    expect(readdirSync(project.files.environment)).not.toContain(path.basename(project.files.pushJournal));
    edit("DELETE FROM t WHERE id > 2; UPDATE t SET v = 'small' WHERE id = 1");
    expect(await push(project)).toMatchObject({ outcome: 'pushed', changes: { total: { update: 1 } } });
  });

  test.each([
    ['push', push],
    ['pull', pull],
    ['init', init],
    ['undo', undo],
    ['verify', verify],
    ['status', status],
  ] as const)('%s does not wait for a silent server', async (_, verb) => {
    edit("UPDATE t SET v = 'mine' WHERE id = 1");
    await push(project);
    edit("UPDATE t SET v = 'mine too' WHERE id = 1");
    const controller = new AbortController();
    isSilent = true;
    onRequest = () => setImmediate(() => controller.abort(REASON));
    await expect(verb(project, { signal: controller.signal })).rejects.toMatchObject(ABORTED);
    isSilent = false;
    expect(await diff(project)).toMatchObject({ changes: { total: { update: 1 } } });
  });
});
