import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { NxPlugin, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { makeTempDir, writeFiles } from '@turso-sync/testing';
import { loadProject } from 'turso-core/own-process';
import * as plugin from '../index';
import { makeWorkspace } from '../workspace.fixture';
import { CONFIG_FILES, CONFIG_GLOB } from './config-files';

const APP = 'apps/mailer';

type ProjectMetadata = NonNullable<ProjectConfiguration['metadata']>;

type Projects = Record<
  string,
  { name?: string; targets?: Record<string, TargetConfiguration>; metadata?: ProjectMetadata }
>;

/** Returns the plugin's answer to Nx for a workspace's files, by project. */
async function infer(root: string, options?: plugin.PluginOptions): Promise<Projects> {
  const results = await plugin.createNodes[1](configsOf(root), options, { workspaceRoot: root });
  return Object.assign({}, ...results.map(([, { projects }]) => projects)) as Projects;
}

function configsOf(root: string): string[] {
  const names = ['package.json', ...CONFIG_FILES];
  const files = fs.readdirSync(root, { recursive: true }) as string[];
  return files.filter((file) => names.includes(path.basename(file)));
}

async function inferTargets(
  files: Readonly<Record<string, unknown>>,
  options?: plugin.PluginOptions,
): Promise<Record<string, TargetConfiguration>> {
  return (await infer(makeApp(files), options))[APP]?.targets ?? {};
}

/** Makes a workspace with one project of these files. */
function makeApp(files: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(files).map(([name, text]) => [`${APP}/${name}`, text] as const);
  return makeWorkspace({ [`${APP}/project.json`]: {}, ...Object.fromEntries(named) });
}

/** Returns the folders that Nx keeps of a target, worked out like in Nx. */
function outputsOf(target: TargetConfiguration | undefined, configuration = ''): string[] {
  const configured = target?.configurations?.[configuration] as object | undefined;
  const options = { ...(target?.options as object), ...configured } as Record<string, string>;
  return (target?.outputs ?? []).map((output) =>
    output.replace(/\{options\.(\w+)\}/, (_, key: string) => options[key] ?? ''),
  );
}

/** Returns turso-core's snapshot folder of an environment, relative to the project. */
async function snapshotFolder(config: object, env?: string): Promise<string> {
  const cwd = makeWorkspace({ 'turso-sync.config.json': config });
  const { files } = await loadProject({ cwd, ...(env === undefined ? {} : { env }) });
  return path.relative(cwd, files.snapshot.directory);
}

/** Runs the built plugin in a process of its own: jest cannot load an ES module. */
function inNode(root: string, script: string): string {
  const built = path.join(__dirname, '..', '..', 'dist');
  const infer = `const infer = () => require(${JSON.stringify(built)})
    .createNodes[1](${JSON.stringify(configsOf(root))}, undefined, { workspaceRoot: ${JSON.stringify(root)} });`;
  return execFileSync(process.execPath, ['-e', `${infer}(async () => { ${script} })()`], {
    encoding: 'utf8',
  });
}

/** Returns the options of an executor. */
function schemaOf(executor: string): object {
  const folder = path.join(__dirname, '..', '..');
  const readJson = (file: string): unknown => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
  const { executors } = readJson('executors.json') as { executors: Record<string, { schema: string }> };
  const { properties } = readJson(executors[executor.split(':')[1] ?? '']?.schema ?? '') as {
    properties: object;
  };
  return properties;
}

const NAMES = [
  'turso-snapshot',
  'turso-init',
  'turso-push',
  'turso-status',
  'turso-pull',
  'turso-verify',
  'turso-diff',
  'turso-check',
  'turso-undo',
  'turso-dump',
  'turso-clean',
  'turso-doctor',
  'turso-dev',
];

describe('a project gets its targets', () => {
  const isModule = (file: string): boolean => /\.(ts|mjs)$/.test(file);

  test.each(CONFIG_FILES.filter((file) => !isModule(file)))('from %s', async (file) => {
    const isScript = /\.(js|cjs)$/.test(file);
    const targets = await inferTargets({
      [file]: isScript ? "module.exports = { stateDir: '.state' };" : '{"stateDir": ".state"}',
    });
    expect(Object.keys(targets)).toEqual(NAMES);
    expect(outputsOf(targets['turso-snapshot'])).toEqual([
      `${APP}/${await snapshotFolder({ stateDir: '.state' })}`,
    ]);
    expect(targets['turso-snapshot']?.inputs?.[0]).toBe(`{projectRoot}/${file}`);
  });

  test.each(CONFIG_FILES.filter(isModule))('from %s', async (file) => {
    const root = makeApp({ [file]: "export default { stateDir: '.state' };" });
    const text = inNode(root, 'console.log(JSON.stringify(await infer()))');
    const [[, result]] = JSON.parse(text) as [[string, { projects: Projects }]];
    expect(outputsOf(result.projects[APP]?.targets?.['turso-snapshot'])).toEqual([
      `${APP}/${await snapshotFolder({ stateDir: '.state' })}`,
    ]);
  });

  test('from the key turso-sync of its package.json, where there is one', async () => {
    const root = makeWorkspace({
      'libs/a/package.json': { name: '@acme/a', 'turso-sync': { stateDir: '.state' } },
      'libs/b/package.json': { name: '@acme/b', description: 'knows nothing of "turso-sync"' },
      'libs/c/package.json': { name: '@acme/c', nx: { name: 'c' }, 'turso-sync': {} },
    });
    const projects = await infer(root);
    expect(Object.keys(projects)).toEqual(['libs/a', 'libs/c']);
    expect(projects['libs/a']?.name).toBe('@acme/a');
    expect(projects['libs/c']?.name).toBe('c');
    expect(projects['libs/a']?.targets?.['turso-snapshot']?.inputs?.[0]).toBe('{projectRoot}/package.json');
  });

  test('once, where it has two configs: those of the one that turso-core reads', async () => {
    const root = makeWorkspace({
      'package.json': { name: 'root', 'turso-sync': { stateDir: '.first' } },
      'turso-sync.config.json': { stateDir: '.second' },
    });
    const projects = await infer(root);
    expect(outputsOf(projects['.']?.targets?.['turso-snapshot'])).toEqual([
      await snapshotFolder({ stateDir: '.first' }),
    ]);
  });

  test('not where its folder is no project', async () => {
    expect(await infer(makeWorkspace({ 'docs/turso-sync.config.json': {} }))).toEqual({});
    expect(
      await infer(makeWorkspace({ 'docs/turso-sync.config.json': {}, 'docs/package.json': {} })),
    ).toEqual({});
  });
});

test('the snapshot is cached, keyed on the config and the fingerprint of the remote', async () => {
  const targets = await inferTargets({ 'turso-sync.config.json': { urlVariable: 'MAIL_URL' } });
  expect(targets['turso-snapshot']).toMatchObject({
    executor: 'turso-sync-plugin:snapshot',
    cache: true,
    inputs: [
      '{projectRoot}/turso-sync.config.json',
      {
        runtime: expect.stringMatching(
          /^node --no-warnings \S+dist\/fingerprint\/main\.js apps\/mailer turso-snapshot =MAIL_URL,TURSO_AUTH_TOKEN$/,
        ) as string,
      },
      { externalDependencies: [] },
    ],
    outputs: ['{options.snapshotFolder}'],
  });
  expect(outputsOf(targets['turso-snapshot'])).toEqual([`${APP}/${await snapshotFolder({})}`]);
});

test('the rest but checks is not cached and writes no outputs; each waits for what it needs', async () => {
  const targets = await inferTargets({ 'turso-sync.config.json': {} });
  expect(targets['turso-init']).toMatchObject({
    executor: 'turso-sync-plugin:init',
    options: { snapshot: 'use', edits: 'keep' },
    dependsOn: ['turso-snapshot'],
  });
  expect(targets['turso-push']).toMatchObject({
    executor: 'turso-sync-plugin:push',
    dependsOn: ['build', 'test', 'turso-init'],
  });
  expect(targets['turso-status']).toMatchObject({ executor: 'turso-sync-plugin:status' });
  for (const name of ['turso-diff', 'turso-check', 'turso-dump', 'turso-dev'])
    expect(targets[name]?.dependsOn).toEqual(['turso-init']);
  expect(NAMES.filter((name) => targets[name]?.continuous === true)).toEqual(['turso-dev']);
  for (const name of NAMES.slice(1).filter((name) => name !== 'turso-check')) {
    expect(targets[name]?.cache).toBe(false);
    // Nothing writes this one. It tells Nx 24 the effects on dependent targets.
    expect(targets[name]?.outputs).toEqual(
      name === 'turso-init' ? ['{projectRoot}/.turso/no-output'] : undefined,
    );
  }
});

test('all but snapshots and checks have the inputs of the build, by which Nx 24 affects them', async () => {
  const inputs = ['{projectRoot}/src/**/*', '^production'];
  const targets = await inferTargets({
    'turso-sync.config.json': { environments: { staging: {} } },
    'project.json': { targets: { build: { command: 'true', inputs } } },
  });
  for (const name of NAMES.filter((name) => !['turso-snapshot', 'turso-check'].includes(name)))
    expect([name, targets[name]?.inputs]).toEqual([name, inputs]);
});

test('checks are cached by the working copies and the checks of all environments, once these are there', async () => {
  const config = {
    exclude: ['cache_*'],
    environments: { staging: { workingCopy: 'data/staging.db' }, production: { checks: 'strict' } },
  };
  const { 'turso-check': check } = await inferTargets({ 'turso-sync.config.json': config });
  const list = Buffer.from(JSON.stringify(Array(3).fill(['cache_*']))).toString('base64url');
  expect(check).toMatchObject({
    cache: true,
    dependsOn: ['turso-init'],
    inputs: [
      {
        runtime: expect.stringMatching(
          new RegExp(
            String.raw`^node --no-warnings \S+dist/check-key/main\.js copy=${APP}/working_copy\.db copy=${APP}/data/staging\.db checks=${APP}/checks checks=${APP}/strict exclude=${list}$`,
          ),
        ) as string,
      },
      `{workspaceRoot}/${APP}/checks/**/*.sql`,
      `{workspaceRoot}/${APP}/strict/**/*.sql`,
      { dependentTasksOutputFiles: '**/*' },
      { externalDependencies: [] },
    ],
    outputs: [],
  });
});

test.each(['../../../elsewhere', '../../..', 'a*b', 'a{b}'])(
  'checks in %s are no files that Nx can name, and are in the key all the same',
  async (checks) => {
    const { 'turso-check': check } = await inferTargets({ 'turso-sync.config.json': { checks } });
    expect(check?.inputs?.filter((input) => typeof input === 'string')).toEqual([]);
    expect(check?.inputs?.[0]).toMatchObject({ runtime: expect.stringContaining('checks=') as string });
  },
);

test('every name is an option, and what a push waits for', async () => {
  const targets = await inferTargets(
    { 'turso-sync.config.json': {} },
    {
      snapshotTargetName: 'db-fetch',
      initTargetName: 'db-checkout',
      pushTargetName: 'db-push',
      statusTargetName: 'db-status',
      pullTargetName: 'db-pull',
      verifyTargetName: 'db-verify',
      diffTargetName: 'db-diff',
      checkTargetName: 'db-check',
      undoTargetName: 'db-undo',
      dumpTargetName: 'db-dump',
      cleanTargetName: 'db-clean',
      doctorTargetName: 'db-doctor',
      devTargetName: 'db-dev',
      pushAfter: ['verify'],
    },
  );
  expect(Object.keys(targets)).toEqual([
    'db-fetch',
    'db-checkout',
    'db-push',
    'db-status',
    'db-pull',
    'db-verify',
    'db-diff',
    'db-check',
    'db-undo',
    'db-dump',
    'db-clean',
    'db-doctor',
    'db-dev',
  ]);
  expect(targets['db-checkout']?.dependsOn).toEqual(['db-fetch']);
  expect(targets['db-push']?.dependsOn).toEqual(['verify', 'db-checkout']);
  expect(JSON.stringify(targets['db-fetch']?.inputs)).toContain(' db-fetch ');
});

test('every target says what it does, how it is run and how to learn more; Nx shows them as a group', async () => {
  const projects = await infer(makeApp({ 'turso-sync.config.json': {} }));
  const { targets = {}, metadata } = projects[APP] ?? {};
  expect(metadata?.targetGroups).toEqual({ Turso: NAMES });
  for (const name of NAMES) {
    const { description = '', help } = targets[name]?.metadata ?? {};
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(help?.command).toBe(`npx nx ${name} --help`);
    // The example's options are options of the executor.
    const schema = schemaOf(targets[name]?.executor ?? '');
    expect(Object.keys(schema)).toEqual(expect.arrayContaining(Object.keys(help?.example.options ?? {})));
    expect(help?.example.options).not.toEqual({});
  }
});

test('a push also waits for the target that creates the data, and keeps its gate', async () => {
  const targets = await inferTargets({ 'turso-sync.config.json': {} }, { produce: 'schedule' });
  expect(targets['turso-push']?.dependsOn).toEqual(['build', 'test', 'schedule', 'turso-init']);
  expect(targets).not.toHaveProperty('schedule');
});

describe('environments', () => {
  const config = {
    environments: {
      staging: { urlVariable: 'STAGING_URL' },
      test: { authTokenVariable: 'TEST_TOKEN' },
    },
  };

  test('are configurations of every target', async () => {
    const targets = await inferTargets({ 'turso-sync.config.json': config });
    for (const name of NAMES) {
      expect(targets[name]?.options).not.toHaveProperty('env');
      expect(targets[name]?.configurations).toMatchObject({
        staging: { env: 'staging' },
        test: { env: 'test' },
      });
    }
  });

  test('have outputs and a place in the fingerprint of their own', async () => {
    const targets = await inferTargets({ 'turso-sync.config.json': config });
    const snapshot = targets['turso-snapshot'];
    for (const name of ['staging', 'test'])
      expect(outputsOf(snapshot, name)).toEqual([`${APP}/${await snapshotFolder(config, name)}`]);
    expect(JSON.stringify(snapshot?.inputs)).toContain(
      ' =TURSO_DATABASE_URL,TURSO_AUTH_TOKEN staging=STAGING_URL,TURSO_AUTH_TOKEN test=TURSO_DATABASE_URL,TEST_TOKEN"',
    );
  });

  test('one may be what targets use without a configuration', async () => {
    const targets = await inferTargets({ 'turso-sync.config.json': config }, { env: 'staging' });
    for (const name of NAMES) expect(targets[name]?.options).toMatchObject({ env: 'staging' });
    expect(outputsOf(targets['turso-snapshot'])).toEqual(outputsOf(targets['turso-snapshot'], 'staging'));
    expect(JSON.stringify(targets['turso-snapshot']?.inputs)).toContain(' =STAGING_URL,TURSO_AUTH_TOKEN ');
  });

  test('one whose snapshot Nx could not restore keeps all from being cached', async () => {
    const targets = await inferTargets({
      'turso-sync.config.json': { environments: { staging: { stateDir: makeTempDir() } } },
    });
    expect(targets['turso-snapshot']?.cache).toBe(false);
    expect(targets['turso-snapshot']?.outputs).toBeUndefined();
    expect(targets['turso-snapshot']?.configurations).toEqual({ staging: { env: 'staging' } });
  });
});

test('a state folder outside of the project is an output of the workspace', async () => {
  const targets = await inferTargets({ 'turso-sync.config.json': { stateDir: '../../state/mailer' } });
  expect(outputsOf(targets['turso-snapshot'])).toEqual([await snapshotFolder({ stateDir: 'state/mailer' })]);
});

test('a state folder outside of the workspace is not cached, since Nx could not restore it', async () => {
  const targets = await inferTargets({ 'turso-sync.config.json': { stateDir: makeTempDir() } });
  expect(targets['turso-snapshot']?.cache).toBe(false);
  expect(targets['turso-snapshot']?.outputs).toBeUndefined();
});

describe('a config that cannot be read', () => {
  const files = {
    'apps/good/project.json': {},
    'apps/good/turso-sync.config.json': {},
    'apps/bad/project.json': {},
    'apps/bad/turso-sync.config.json': { workingcopy: 'app.db' },
  };

  test('keeps no other project from its targets, and its own say what is wrong', async () => {
    const projects = await infer(makeWorkspace(files));
    expect(Object.keys(projects)).toEqual(['apps/bad', 'apps/good']);
    const targets = projects['apps/bad']?.targets ?? {};
    expect(Object.keys(targets)).toEqual(NAMES);
    for (const target of Object.values(targets)) {
      expect(target.cache).toBe(false);
      expect(target.metadata?.description).toMatch(
        /^CONFIG_INVALID: Unknown key "workingcopy" .*\n {2}Did you mean "workingCopy"\?/,
      );
    }
    // If the config is right by then, a push still waits for the tests.
    expect(targets['turso-push']?.dependsOn).toEqual(['build', 'test', 'turso-init']);
  });

  test.each([
    ['that is no JSON', '{'],
    ['that lacks the environment', '{ "environments": { "test": {} } }'],
    ['with an environment that is wrong', '{ "environments": { "staging": { "workingcopy": "x" } } }'],
  ])('is one %s', async (_, text) => {
    const root = makeWorkspace(files);
    writeFiles(root, {
      'apps/bad/turso-sync.config.json': text,
      'apps/good/turso-sync.config.json': '{"environments":{"staging":{}}}',
    });
    const projects = await infer(root, { env: 'staging' });
    expect(projects['apps/bad']?.targets?.['turso-push']?.metadata?.description).toMatch(/^CONFIG_/);
    expect(projects['apps/good']?.targets?.['turso-push']?.metadata?.description).toMatch(/^Puts /);
  });

  test('is read again once it has been fixed', async () => {
    const root = makeWorkspace(files);
    await infer(root);
    writeFiles(root, { 'apps/bad/turso-sync.config.json': { workingCopy: 'app.db' } });
    expect((await infer(root))['apps/bad']?.targets?.['turso-snapshot']?.cache).toBe(true);
  });
});

test.each([
  ['that stands alone', 'export default {}', '0'],
  ['that imports', "import path from 'node:path'; export default { workingCopy: path.join('a', 'b') };", '1'],
])('a config in TypeScript %s hardly disturbs who watches the folder', (_, text, disturbances) => {
  const root = makeApp({ 'turso-sync.config.ts': text });
  const changes = inNode(
    root,
    `const lastChange = () => require('node:fs').statSync(${JSON.stringify(path.join(root, APP))}).mtimeMs;
     const times = [lastChange()];
     for (let i = 0; i < 3; i++) { await infer(); times.push(lastChange()); }
     console.log(String(new Set(times).size - 1));`,
  );
  expect(changes.trim()).toBe(disturbances);
});

test('Nx finds what it looks for under the names of all its versions', () => {
  const typed: NxPlugin<plugin.PluginOptions> = plugin;
  expect(typed.name).toBe('turso-sync-plugin');
  expect(typed.createNodes).toBe(plugin.createNodesV2);
  expect(CONFIG_GLOB).toMatch(/^\*\*\/\{package\.json,turso-sync\.config\.ts,.*\}$/);
});
