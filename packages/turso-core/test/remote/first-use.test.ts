import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, editDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import { openReadOnly, using } from '../../src/sqlite/files/open';
import { diff } from '../../src/commands/diff';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { status } from '../../src/commands/status';
import { verify } from '../../src/commands/verify';
import { loadProject } from '../../src/project/load-project';
import type { Project } from '../../src/project/project';
import { digestsOf } from '../fixtures/cli.fixture';
import { cutOffPush } from '../fixtures/cut-off.fixture';

const SQL = `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b');
  CREATE TABLE log(line); INSERT INTO log VALUES ('first')`;
const EDIT = "UPDATE t SET v = 'mine' WHERE id = 1; INSERT INTO log VALUES ('mine')";

let dir: string;

const file = (name: string): string => path.join(dir, name);
const query = (name: string, sql: string): unknown[] =>
  using(openReadOnly(file(name)), (db) => db.prepare(sql).pluck().all());
const load = (env?: string): Promise<Project> =>
  loadProject({
    cwd: dir,
    variables: { TURSO_DATABASE_URL: 'file:prod.db', STAGING_URL: 'file:staging.db' },
    ...(env === undefined ? {} : { env }),
  });

/** What a state folder holds but for snapshots and diffs, which no command goes by. */
function basesIn(folder: string): Record<string, string> {
  const isKept = ([name]: [string, string]): boolean => !/snapshot|diff.sql|changes.json|rows.txt/.test(name);
  return Object.fromEntries(Object.entries(digestsOf(file(folder))).filter(isKept));
}

beforeEach(() => {
  dir = makeTempDir();
  writeFiles(dir, {
    'turso-sync.config.json': '{ "environments": { "staging": { "urlVariable": "STAGING_URL" } } }',
  });
});

describe('a second environment', () => {
  beforeEach(() => {
    for (const name of ['prod.db', 'staging.db']) buildDatabase(file(name), SQL);
  });

  // Whichever was first, and whether the edit was made before its base or after.
  test.each([
    [undefined, 'staging', undefined],
    ['staging', 'staging', undefined],
    [undefined, undefined, 'staging'],
  ])('made from %s, pushed to %s, then to %s: both have the change', async (made, first, second) => {
    await init(await load(made));
    editDatabase(file('working_copy.db'), EDIT);
    expect(await push(await load(first))).toMatchObject({ outcome: 'pushed' });
    const result = await push(await load(second));
    expect(result).toMatchObject({ outcome: 'pushed', environment: second ?? null });
    for (const name of ['prod.db', 'staging.db'])
      expect(compareDatabases(file(name), file('working_copy.db'))).toEqual([]);
    for (const env of [undefined, 'staging']) {
      const project = await load(env);
      expect(await push(project)).toMatchObject({ outcome: 'nothing', warnings: [] });
      expect(await verify(project)).toMatchObject({ outcome: 'equal' });
    }
  });

  test.each([
    ['at its first use', {}],
    ['with another remote that is confirmed', { acceptRemote: true }],
  ])('is not given a base by a dry run, %s', async (_, options) => {
    await init(await load());
    editDatabase(file('working_copy.db'), EDIT);
    await push(await load());
    if ('acceptRemote' in options) await pull(await load('staging'));
    const before = basesIn('.turso');
    const planned = { outcome: 'dry-run', changes: { total: { insert: 1, update: 1, delete: 0 } } };
    if (!('acceptRemote' in options)) expect(Object.keys(before).join()).not.toContain('staging');
    for (let run = 0; run < 2; run++) {
      expect(await push(await load('staging'), { dryRun: true, ...options })).toMatchObject(planned);
      expect(basesIn('.turso')).toEqual(before);
    }
    expect(await push(await load('staging'), options)).toMatchObject({ ...planned, outcome: 'pushed' });
    expect(compareDatabases(file('staging.db'), file('working_copy.db'))).toEqual([]);
  });

  test('says where its base starts from', async () => {
    await init(await load());
    const { warnings } = await pull(await load('staging'));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^First use of the environment "staging": its base starts from that of the environment without a name/,
      ),
    ]);
  });

  test('what differs there counts as someone else’s change', async () => {
    await init(await load());
    editDatabase(file('working_copy.db'), "UPDATE t SET v = 'mine' WHERE id = 1");
    editDatabase(
      file('staging.db'),
      "UPDATE t SET v = 'theirs' WHERE id = 1; INSERT INTO t VALUES (3, 'only there')",
    );
    expect(await push(await load('staging'))).toMatchObject({ outcome: 'conflict' });
    expect(query('staging.db', 'SELECT v FROM t ORDER BY id')).toEqual(['theirs', 'b', 'only there']);
    expect(await push(await load())).toMatchObject({ outcome: 'pushed' });
    expect(await pull(await load('staging'), { onConflict: 'ours' })).toMatchObject({
      outcome: 'pulled',
      pending: 1,
    });
    expect(query('working_copy.db', 'SELECT v FROM t ORDER BY id')).toEqual(['mine', 'b', 'only there']);
  });

  test.each([
    ['its folder', ''],
    ['its base', 'base'],
    ['the manifest of its base', 'base/manifest.json'],
  ])(
    'that has been used and lost %s does not start from another, which would push its rows again',
    async (_, lost) => {
      await init(await load('staging'));
      await push(await load());
      editDatabase(file('working_copy.db'), "INSERT INTO log VALUES ('mine')");
      await push(await load());
      rmSync(file(`.turso/default/${lost}`), { recursive: true });
      for (const verb of [push, pull, init]) {
        const error = await verb(await load()).catch((reason: unknown) => reason);
        expect(error).toMatchObject({
          code: expect.stringMatching(/^BASE_MISSING$|^WORKING_COPY_/) as string,
        });
        expect((error as { hint: string }).hint).toContain('init --keep-edits');
      }
      expect((await status(await load())).next.join()).toContain('init --keep-edits');
      await init(await load(), { keepEdits: true });
      expect(await push(await load())).toMatchObject({ outcome: 'nothing' });
      expect(query('prod.db', "SELECT count(*) FROM log WHERE line = 'mine'")).toEqual([1]);
    },
  );

  test('is not started from a base of another working copy', async () => {
    writeFiles(dir, {
      'turso-sync.config.json':
        '{ "environments": { "staging": { "urlVariable": "STAGING_URL", "workingCopy": "other.db" } } }',
    });
    await init(await load());
    await expect(push(await load('staging'))).rejects.toMatchObject({ code: 'BASE_MISSING' });
    expect(await init(await load('staging'))).toMatchObject({ outcome: 'created', warnings: [] });
  });

  test('that is empty never empties the working copy, and the hint fills it', async () => {
    await init(await load());
    rmSync(file('staging.db'));
    buildDatabase(file('staging.db'), 'CREATE TABLE x(v); DROP TABLE x');
    for (const command of [pull, push, init]) {
      await expect(command(await load('staging'))).rejects.toMatchObject({
        code: 'REMOTE_EMPTY',
        hint: expect.stringContaining('init --env staging --from working_copy.db') as string,
      });
    }
    expect(query('working_copy.db', 'SELECT count(*) FROM t')).toEqual([2]);
    expect(await init(await load('staging'), { from: 'working_copy.db' })).toMatchObject({
      outcome: 'kept',
    });
    await push(await load('staging'));
    expect(compareDatabases(file('staging.db'), file('working_copy.db'))).toEqual([]);
    expect(await push(await load())).toMatchObject({ outcome: 'nothing' });
  });
});

describe('init --from', () => {
  beforeEach(() => buildDatabase(file('app.db'), SQL));

  test.each(['app.db', 'working_copy.db'])('puts %s into a new database', async (from) => {
    if (from === 'working_copy.db') cpSync(file('app.db'), file(from));
    const project = await load();
    const result = await init(project, { from });
    expect(result).toMatchObject({ outcome: from === 'app.db' ? 'created' : 'kept' });
    expect(result.pending).toBeGreaterThan(0);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    for (const name of ['prod.db', 'working_copy.db'])
      expect(compareDatabases(file(name), file('app.db'))).toEqual([]);
    // The same steps fill a second one.
    const second = await load('staging');
    await init(second, { from });
    await push(second);
    expect(compareDatabases(file('staging.db'), file('app.db'))).toEqual([]);
  });

  test('refuses a remote that has tables', async () => {
    buildDatabase(file('prod.db'), 'CREATE TABLE other(v)');
    await expect(init(await load(), { from: 'app.db' })).rejects.toMatchObject({ code: 'REMOTE_NOT_EMPTY' });
    expect(existsSync(file('working_copy.db'))).toBe(false);
  });

  test('overwrites no working copy that is another file', async () => {
    buildDatabase(file('working_copy.db'), 'CREATE TABLE mine(v)');
    const project = await load();
    await expect(init(project, { from: 'app.db' })).rejects.toMatchObject({
      code: 'WORKING_COPY_HAS_CHANGES',
    });
    const { backup } = await init(project, { from: 'app.db', force: true });
    expect(query(path.relative(dir, backup ?? ''), 'SELECT name FROM sqlite_schema')).toEqual(['mine']);
    expect(compareDatabases(file('working_copy.db'), file('app.db'))).toEqual([]);
  });

  test('may follow an init of the empty database, and be run again before the push', async () => {
    const project = await load();
    await init(project, { create: true });
    for (let i = 0; i < 2; i++) await init(project, { from: 'app.db' });
    expect(compareDatabases(file('working_copy.db'), file('app.db'))).toEqual([]);
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(compareDatabases(file('prod.db'), file('app.db'))).toEqual([]);
  });

  test('is for the first use', async () => {
    const project = await load();
    await init(project, { from: 'app.db' });
    await push(project);
    await expect(init(project, { from: 'app.db' })).rejects.toMatchObject({ code: 'ALREADY_INITIALIZED' });
  });

  describe('fills a new database in the place of one that is lost', () => {
    let project: Project;

    beforeEach(async () => {
      project = await load();
      await init(project, { from: 'app.db' });
      await push(project);
      rmSync(file('prod.db'));
      editDatabase(file('working_copy.db'), 'CREATE TABLE later(v)');
    });

    const empty = (name: string): void => buildDatabase(file(name), 'CREATE TABLE x(v); DROP TABLE x');

    test.each<[string, string, { create?: boolean }, () => void]>([
      ['of another name, which is there', 'new.db', {}, () => empty('new.db')],
      ['of another name, which is not there', 'new.db', {}, () => undefined],
      ['of another name, with --create', 'new.db', { create: true }, () => undefined],
      ['of the same name', 'prod.db', {}, () => undefined],
      ['of the same name, which is an empty file', 'prod.db', {}, () => writeFiles(dir, { 'prod.db': '' })],
    ])('%s', async (_, name, options, make) => {
      const hint = expect.stringContaining(
        '`turso-sync init --from working_copy.db --accept-remote`',
      ) as string;
      const cwd = jest.spyOn(process, 'cwd').mockReturnValue(dir);
      await expect(pull(project)).rejects.toMatchObject({ code: 'REMOTE_MISSING', hint });
      cwd.mockRestore();
      make();
      const moved = await loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: `file:${name}` } });
      const rescue = { ...options, from: 'working_copy.db', acceptRemote: true };
      // A mistake on the way leaves nothing that keeps the next attempt out.
      await expect(init(moved, { ...rescue, from: 'typo.db' })).rejects.toMatchObject({
        code: 'FILE_INACCESSIBLE',
      });
      for (let i = 0; i < 2; i++) await init(moved, rescue);
      expect(await push(moved)).toMatchObject({ outcome: 'pushed' });
      expect(compareDatabases(file(name), file('working_copy.db'))).toEqual([]);
      expect(await verify(moved)).toMatchObject({ outcome: 'equal' });
    });

    test('only if both --from and --accept-remote say so', async () => {
      const moved = await loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: 'file:new.db' } });
      const before = digestsOf(dir);
      for (const options of [{ create: true }, { from: 'working_copy.db' }]) {
        await expect(init(project, options)).rejects.toMatchObject({ code: 'REMOTE_MISSING' });
        await expect(init(moved, { ...options, acceptRemote: 'create' in options })).rejects.toMatchObject({
          code: 'create' in options ? 'REMOTE_MISSING' : 'REMOTE_CHANGED',
        });
      }
      expect(digestsOf(dir)).toEqual(before);
    });
  });

  test.each([
    ['FILE_INACCESSIBLE', 'missing.db'],
    ['WORKING_COPY_NOT_A_DATABASE', 'turso-sync.config.json'],
  ])('throws %s for %s', async (code, from) => {
    await expect(init(await load(), { from })).rejects.toMatchObject({ code });
    expect(existsSync(file('working_copy.db'))).toBe(false);
    if (code === 'FILE_INACCESSIBLE') expect(existsSync(file('prod.db'))).toBe(false);
  });
});

describe('what is lost', () => {
  let project: Project;

  beforeEach(async () => {
    buildDatabase(file('prod.db'), SQL);
    project = await load();
    await init(project);
    editDatabase(project.workingCopy, EDIT);
  });

  test.each([
    [
      'the state folder',
      (p: Project) => p.files.directory,
      /^The state of .*working_copy\.db is missing: there is no /,
    ],
    ['the base', (p: Project) => p.files.base.directory, /^The base in .* is missing, so nothing tells /],
  ])('%s: every command names it and the way out, which keeps the edits', async (_, place, message) => {
    rmSync(place(project), { recursive: true });
    const hint = expect.stringContaining('init --keep-edits') as string;
    const expected = { message: expect.stringMatching(message) as string, hint };
    for (const command of [push, pull, diff])
      await expect(command(project)).rejects.toMatchObject({ ...expected, code: 'BASE_MISSING' });
    for (const edits of ['refuse', 'keep'] as const)
      await expect(init(project, { edits })).rejects.toMatchObject({
        ...expected,
        code: 'WORKING_COPY_HAS_CHANGES',
      });
    expect((await status(project)).next.join(' ')).toContain('--keep-edits');
    expect(await init(project, { keepEdits: true })).toMatchObject({ outcome: 'kept', pending: 2 });
    expect(await push(project)).toMatchObject({ outcome: 'pushed' });
    expect(compareDatabases(file('prod.db'), project.workingCopy)).toEqual([]);
  });

  test('a damaged base is replaced by the same way', async () => {
    rmSync(project.files.base.database);
    await expect(push(project)).rejects.toMatchObject({ code: 'BASE_DAMAGED' });
    expect(await init(project, { keepEdits: true })).toMatchObject({ outcome: 'kept', pending: 2 });
  });

  test('what a push that was cut off held: nothing is sent unasked', async () => {
    await cutOffPush(project, 'before its answer comes');
    rmSync(project.files.pushed);
    const before = readFileSync(file('prod.db'));
    await expect(push(project)).rejects.toMatchObject({
      code: 'PUSH_UNDECIDED',
      hint: expect.stringContaining('--resume=repeat') as string,
    });
    expect(readFileSync(file('prod.db'))).toEqual(before);
    expect(await init(project, { keepEdits: true })).toMatchObject({ outcome: 'kept', pending: 0 });
    expect(query('prod.db', "SELECT count(*) FROM log WHERE line = 'mine'")).toEqual([1]);
    expect(await push(project)).toMatchObject({ outcome: 'nothing' });
  });
});
