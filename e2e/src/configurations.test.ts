import fs from 'node:fs';
import path from 'node:path';
import { compareDatabases, editDatabase } from '@turso-sync/testing';
import { addApp, nx, type App } from './workspace.fixture';

const CONFIG = JSON.stringify({ environments: { staging: { urlVariable: 'STAGING_URL' } } });
const ENV = 'TURSO_DATABASE_URL=file:./production.db\nSTAGING_URL=file:./staging.db\n';

/** A project with two remotes that hold the same. */
interface StagedApp extends App {
  readonly production: string;
  readonly staging: string;
}

function addStagedApp(name: string, files: Readonly<Record<string, string>> = {}): StagedApp {
  const app = addApp(name, { 'turso-sync.config.json': CONFIG, '.env': ENV, ...files });
  const [production, staging] = ['production.db', 'staging.db'].map((file) => path.join(app.directory, file));
  for (const file of [production, staging])
    editDatabase(
      file ?? '',
      "CREATE TABLE person(id INTEGER PRIMARY KEY, name); INSERT INTO person VALUES(1, 'Ada')",
    );
  return { ...app, production: production ?? '', staging: staging ?? '' };
}

function isEqual(a: string, b: string): boolean {
  return compareDatabases(a, b).length === 0;
}

test.each([
  ['a configuration of the task', (name: string) => ['run', `${name}:turso-push:staging`]],
  ['-c', (name: string) => ['run', `${name}:turso-push`, '-c', 'staging']],
  [
    'run-many',
    (name: string) => [
      'run-many',
      '-t',
      'turso-push',
      '-p',
      name,
      '--configuration=staging',
      '--output-style=static',
    ],
  ],
])('%s pushes to the remote of the environment, and to no other', async (how, command) => {
  const app = addStagedApp(`staged-${how.replace(/\W/g, '')}`);
  const first = await nx(command(app.name));
  expect(first).toMatchObject({ exitCode: 0 });
  editDatabase(app.workingCopy, "INSERT INTO person VALUES(2, 'Grace')");
  const { exitCode, output } = await nx(command(app.name));
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(output).toContain('tested');
  expect(isEqual(app.workingCopy, app.staging)).toBe(true);
  expect(isEqual(app.workingCopy, app.production)).toBe(false);
});

test('after a push to staging, the same change goes to production', async () => {
  const app = addStagedApp('promoted');
  await nx(['run', 'promoted:turso-init']);
  editDatabase(app.workingCopy, "INSERT INTO person VALUES(2, 'Grace')");
  for (const task of ['promoted:turso-push:staging', 'promoted:turso-push']) {
    const { exitCode, output } = await nx(['run', task]);
    expect(output).toContain('INSERT person 1 row');
    expect(exitCode).toBe(0);
  }
  for (const remote of [app.staging, app.production]) expect(isEqual(app.workingCopy, remote)).toBe(true);
});

test('an existing file fills an empty database of an environment', async () => {
  const name = 'filled';
  const app = addApp(name, { 'turso-sync.config.json': CONFIG, '.env': ENV });
  const file = path.join(app.directory, 'app.db');
  editDatabase(
    file,
    "CREATE TABLE person(id INTEGER PRIMARY KEY, name); INSERT INTO person VALUES(1, 'Ada')",
  );
  const init = await nx(['run', `${name}:turso-init:staging`, '--from=apps/filled/app.db']);
  expect(init).toMatchObject({ exitCode: 0 });
  expect((await nx(['run', `${name}:turso-push:staging`])).exitCode).toBe(0);
  expect(isEqual(file, path.join(app.directory, 'staging.db'))).toBe(true);
});

describe('a configuration that nobody knows', () => {
  test.each([
    ['of the task', (name: string) => ['run', `${name}:turso-push:stagin`]],
    ['of -c', (name: string) => ['run', `${name}:turso-push`, '-c', 'stagin']],
    ['of run-many', (name: string) => ['run-many', '-t', 'turso-push', '-p', name, '-c', 'stagin']],
    ['of a target that waits for it', (name: string) => ['run', `${name}:deploy:stagin`]],
    ['of a cached snapshot', (name: string) => ['run', `${name}:turso-snapshot:stagin`]],
  ])('fails, and nothing is pushed: %s', async (how, command) => {
    const name = `unknown-${how.replace(/\W/g, '')}`;
    const app = addStagedApp(name, {
      'project.json': JSON.stringify({
        name,
        targets: {
          test: { command: 'echo tested' },
          deploy: { command: 'echo deployed', dependsOn: ['turso-push'], configurations: { stagin: {} } },
        },
      }),
    });
    await nx(['run', `${name}:turso-push`]);
    editDatabase(app.workingCopy, "INSERT INTO person VALUES(2, 'Grace')");
    const { exitCode, output } = await nx(command(name));
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/USAGE: The target "turso-\w+" of "unknown-\w+" has no configuration "stagin"\./);
    expect(output).toContain('Did you mean "staging"?');
    expect(output).not.toContain('deployed');
    for (const remote of [app.staging, app.production]) expect(isEqual(app.workingCopy, remote)).toBe(false);
  });
});

test('the daemon gives each configuration its own fingerprint and cache', async () => {
  const app = addStagedApp('daemon');
  const snapshot = (...more: string[]): ReturnType<typeof nx> =>
    nx(['run', 'daemon:turso-snapshot', ...more], { NX_DAEMON: 'true' });
  const isHit = (output: string): boolean => /local cache|existing outputs match the cache/.test(output);
  try {
    expect(isHit((await snapshot()).output)).toBe(false);
    expect(isHit((await snapshot('-c', 'staging')).output)).toBe(false);
    editDatabase(app.production, "INSERT INTO person VALUES(2, 'Grace')");
    expect(isHit((await snapshot('-c', 'staging')).output)).toBe(true);
    expect(isHit((await snapshot()).output)).toBe(false);
    const folders = path.join(app.directory, '.turso');
    const baseline = (environment: string): string =>
      path.join(folders, environment, 'snapshot', 'baseline.db');
    fs.rmSync(folders, { recursive: true });
    expect(isHit((await snapshot('-c', 'staging')).output)).toBe(true);
    expect(fs.readdirSync(folders)).toEqual(['staging']);
    expect(isHit((await snapshot()).output)).toBe(true);
    expect(isEqual(baseline('staging'), app.staging)).toBe(true);
    expect(isEqual(baseline('default'), app.production)).toBe(true);
  } finally {
    await nx(['daemon', '--stop'], { NX_DAEMON: 'true' });
  }
});

test('advice names targets of Nx, which take its options', async () => {
  const app = addStagedApp('advised');
  await nx(['run', 'advised:turso-init']);
  editDatabase(app.workingCopy, "UPDATE person SET name = 'mine'");
  editDatabase(app.production, "UPDATE person SET name = 'theirs'");
  const { output } = await nx(['run', 'advised:turso-push']);
  expect(output).toContain('`nx run advised:turso-init --force`');
  expect(output).not.toContain('turso-sync dump-init');
  const ours = await nx(['run', 'advised:turso-push', '--on-conflict=ours']);
  expect({ ...ours }).toMatchObject({ exitCode: 0 });
  expect(isEqual(app.workingCopy, app.production)).toBe(true);
});
