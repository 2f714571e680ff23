import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import { diff } from '../../commands/diff';
import { init } from '../../commands/init';
import { push } from '../../commands/push';
import { status } from '../../commands/status';
import { cutOffPush } from '../../../test/fixtures/cut-off.fixture';
import { loadProject } from '../load-project';
import type { Project } from '../project';
import { withLock } from './lock';
import { withState } from './open-state';

const SHARED = ['.begun', '.gitignore', 'backups', 'live', 'lock', 'lock.json'];

let dir: string;

const variables = { TURSO_DATABASE_URL: 'file:main.db', STAGING_URL: 'file:staging.db' };
const load = (env?: string): Promise<Project> =>
  loadProject({ cwd: dir, variables, ...(env === undefined ? {} : { env }) });

/** Creates the working copy from a remote, and moves everything to its place in early builds. */
async function makeOld(env?: string): Promise<Project> {
  const project = await load(env);
  await init(project);
  editDatabase(project.workingCopy, 'INSERT INTO t VALUES (NULL)');
  return asOld(project);
}

function asOld(project: Project): Project {
  const { directory, environment } = project.files;
  for (const name of readdirSync(environment))
    renameSync(path.join(environment, name), path.join(directory, name));
  rmSync(environment, { recursive: true });
  return project;
}

const stateOf = ({ files: { directory } }: Project): string[] =>
  readdirSync(directory).filter((name) => !SHARED.includes(name));

beforeEach(() => {
  dir = makeTempDir();
  writeFiles(dir, {
    'turso-sync.config.json': '{ "environments": { "staging": { "urlVariable": "STAGING_URL" } } }',
  });
  for (const name of ['main', 'staging'])
    buildDatabase(
      path.join(dir, `${name}.db`),
      'CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)',
    );
});

describe('the state of an early build', () => {
  test.each([
    [undefined, 'default'],
    ['staging', 'staging'],
  ])('of the environment %s goes to the folder %s, whichever is used first', async (env, folder) => {
    for (const first of [undefined, 'staging']) {
      const old = await makeOld(env);
      await status(await load(first));
      expect(stateOf(old)).toEqual([folder]);
      expect(await push(await load(env))).toMatchObject({ outcome: 'pushed' });
      rmSync(old.files.directory, { recursive: true });
      rmSync(old.workingCopy);
    }
  });

  test('goes to the environment without a name, if no remote is its own', async () => {
    const old = await makeOld();
    renameSync(path.join(dir, 'main.db'), path.join(dir, 'other.db'));
    const now = await loadProject({
      cwd: dir,
      env: 'staging',
      variables: { ...variables, TURSO_DATABASE_URL: 'file:other.db' },
    });
    await status(now);
    expect(stateOf(old)).toEqual(['default']);
  });

  test('is continued where a run that moved it died, at any moment', async () => {
    const old = await makeOld();
    const { directory } = old.files;
    const names = stateOf(old);
    const saved = `${dir}-old`;
    cpSync(directory, saved, { recursive: true });
    for (let moved = 0; moved <= names.length; moved++) {
      rmSync(directory, { recursive: true });
      cpSync(saved, directory, { recursive: true });
      mkdirSync(path.join(directory, 'moving'));
      for (const name of names.slice(0, moved))
        renameSync(path.join(directory, name), path.join(directory, 'moving', name));
      expect((await diff(old)).changes.total.insert).toBe(1);
      expect(stateOf(old)).toEqual(['default']);
      expect(readdirSync(old.files.environment)).toEqual(expect.arrayContaining(names));
    }
    rmSync(saved, { recursive: true });
  });

  test('keeps the journal of a push that was cut off', async () => {
    const project = await load();
    await init(project);
    editDatabase(project.workingCopy, 'INSERT INTO t VALUES (2)');
    await cutOffPush(project, 'before its answer comes');
    asOld(project);
    expect(await push(project)).toMatchObject({ outcome: 'pushed', alreadyThere: 1 });
  });

  test('is not moved while another run works on it', async () => {
    const old = await makeOld();
    await withLock(old.files.lock, 'other', async () => {
      await expect(diff(old)).rejects.toMatchObject({ code: 'STATE_LOCKED' });
      expect((await status(old)).base.problem?.code).toBe('STATE_LOCKED');
    });
    expect(stateOf(old)).toContain('base');
  });

  test('replaces the present one, which it cannot have seen', async () => {
    const project = await load();
    await init(project);
    const present = readFileSync(project.files.base.manifest, 'utf8');
    const kept = `${dir}-kept`;
    cpSync(project.files.environment, kept, { recursive: true });
    await init(project, { force: true });
    asOld(project);
    cpSync(kept, project.files.environment, { recursive: true });
    await diff(project);
    expect(readFileSync(project.files.base.manifest, 'utf8')).not.toBe(present);
    expect(existsSync(path.join(project.files.directory, 'base'))).toBe(false);
    rmSync(kept, { recursive: true });
  });
});

test('environments keep apart what is of one remote', async () => {
  const [main, staging] = [await load(), await load('staging')];
  expect(main.siblings().map((p) => p.environment)).toEqual(['staging']);
  expect(staging.siblings().map((p) => p.files.environment)).toEqual([main.files.environment]);
  expect(main.files.lock).toBe(staging.files.lock);
  expect(main.files.backups).toBe(staging.files.backups);
  expect(main.files.pushJournal).not.toBe(staging.files.pushJournal);
});

describe('a first command that fails', () => {
  const first = async (stateDir?: string): Promise<Project> => {
    if (stateDir !== undefined) writeFiles(dir, { 'turso-sync.config.json': JSON.stringify({ stateDir }) });
    return loadProject({ cwd: dir, variables: { TURSO_DATABASE_URL: 'file:none.db' } });
  };
  const fail = async (project: Project): Promise<unknown> =>
    init(project).catch((error: unknown) => (error as { code?: string }).code);

  test.each([undefined, 'data/deep/state'])('leaves no state folder behind (%s)', async (stateDir) => {
    const project = await first(stateDir);
    const before = readdirSync(dir);
    expect(await fail(project)).toBe('REMOTE_MISSING');
    expect(readdirSync(dir)).toEqual(before);
  });

  test('leaves folders that were there, and what others put beside its own', async () => {
    const project = await first('data/state');
    mkdirSync(path.join(dir, 'data'));
    expect(await fail(project)).toBe('REMOTE_MISSING');
    expect(readdirSync(path.join(dir, 'data'))).toEqual([]);
    const late = withState(project, 'push', () => {
      writeFiles(path.join(dir, 'data'), { 'state/notes.txt': 'theirs' });
      return Promise.reject(new Error('failed'));
    });
    await expect(late).rejects.toThrow('failed');
    expect(readdirSync(path.join(dir, 'data', 'state'))).toContain('notes.txt');
  });

  test('leaves a state folder that was in use before', async () => {
    const project = await load();
    await init(project);
    const before = stateOf(project);
    renameSync(path.join(dir, 'main.db'), path.join(dir, 'elsewhere.db'));
    expect(await fail(project)).toBe('REMOTE_MISSING');
    expect(stateOf(project)).toEqual(before);
  });
});
