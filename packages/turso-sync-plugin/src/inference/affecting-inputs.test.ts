import { affectingInputs, type WorkspaceSettings } from './affecting-inputs';
import { readGivenProject, type Input } from './given-project';
import { resolveOptions, type PluginOptions } from './options';

interface Case {
  readonly nxJson?: WorkspaceSettings;
  readonly project?: object;
  readonly manifest?: object;
  readonly options?: PluginOptions;
}

function inputsFor({ nxJson = {}, project = {}, manifest, options }: Case): Input[] | undefined {
  const files = {
    'project.json': JSON.stringify(project),
    'package.json': manifest === undefined ? null : JSON.stringify(manifest),
  };
  return affectingInputs({
    workspace: nxJson,
    project: readGivenProject((file) => files[file]),
    options: resolveOptions(options),
  });
}

const SOURCES = ['{projectRoot}/src/**/*', '^production'];
const DATA = ['{projectRoot}/data/**/*'];
const withBuild = (inputs?: readonly unknown[]): object => ({
  targets: {
    build: { command: 'true', inputs },
    test: { command: 'true', inputs: ['{projectRoot}/**/*.spec.js'] },
  },
});
const production = { namedInputs: { production: ['default', '!{projectRoot}/**/*.spec.js'] } };
const other = { plugins: ['@nx/vite', { plugin: 'turso-sync-plugin' }] };

const CASES: readonly (readonly [what: string, given: Case, inputs: readonly unknown[] | undefined])[] = [
  ['no target', {}, undefined],
  ['a build without inputs', { project: withBuild() }, undefined],
  ['a build with inputs', { project: withBuild(SOURCES) }, SOURCES],
  ['inputs of package.json', { manifest: { nx: withBuild(SOURCES) } }, SOURCES],
  ['both files', { manifest: { nx: withBuild(DATA) }, project: withBuild(SOURCES) }, SOURCES],
  ['a script', { manifest: { scripts: { build: 'true' } }, nxJson: { ...production, ...other } }, undefined],
  [
    'defaults of the name',
    { project: withBuild(), nxJson: { targetDefaults: { build: { inputs: DATA } } } },
    DATA,
  ],
  [
    'defaults of the executor before those of the name',
    {
      project: withBuild(),
      nxJson: { targetDefaults: { build: { inputs: SOURCES }, 'nx:run-commands': { inputs: DATA } } },
    },
    DATA,
  ],
  [
    'the longest pattern',
    {
      project: withBuild(),
      nxJson: { targetDefaults: { 'b*': { inputs: SOURCES }, 'bui*': { inputs: DATA }, '*x': {} } },
    },
    DATA,
  ],
  [
    'a list of defaults, the last that holds',
    {
      project: withBuild(),
      nxJson: {
        targetDefaults: {
          build: [
            { inputs: SOURCES },
            { inputs: DATA, filter: { executor: 'nx:run-commands' } },
            { inputs: SOURCES, filter: { executor: 'other' } },
          ],
        },
      },
    },
    DATA,
  ],
  [
    'inputs that add to the defaults',
    { project: withBuild(['...', 'more']), nxJson: { targetDefaults: { build: { inputs: DATA } } } },
    [...DATA, 'more'],
  ],
  [
    'a build that another plugin infers',
    { nxJson: { ...production, ...other } },
    ['production', '^production'],
  ],
  ['the same without a named input for it', { nxJson: other }, undefined],
  [
    'a target of another name',
    {
      project: { targets: { compile: { command: 'true', inputs: DATA } } },
      options: { pushAfter: ['compile', 'test'] },
    },
    DATA,
  ],
  [
    'dependsOn of the push itself',
    {
      project: {
        targets: {
          build: { command: 'true', inputs: SOURCES },
          compile: { command: 'true', inputs: DATA },
          'turso-push': { dependsOn: ['^build', 'turso-init', 'compile'] },
        },
      },
    },
    DATA,
  ],
  ['no gate', { project: withBuild(SOURCES), options: { pushAfter: [] } }, undefined],
  [
    'what is not a file, left out, and what the build waits for, one step farther',
    {
      project: withBuild([
        { runtime: 'node -v' },
        { env: 'X' },
        { dependentTasksOutputFiles: '**/*.js' },
        ...DATA,
      ]),
    },
    [{ dependentTasksOutputFiles: '**/*.js', transitive: true }, ...DATA],
  ],
  [
    'a producer alone',
    {
      project: { targets: { schedule: { command: 'true', inputs: DATA } } },
      options: { produce: 'schedule' },
    },
    DATA,
  ],
  [
    'a build and a producer: what one leaves out, the other may read',
    {
      nxJson: production,
      project: {
        targets: {
          build: { command: 'true', inputs: ['production', '^production', { externalDependencies: ['a'] }] },
          schedule: { command: 'true', inputs: ['{projectRoot}/rows.spec.js', { input: 'production' }] },
        },
      },
      options: { produce: 'schedule' },
    },
    ['{projectRoot}/**/*', '^production', '{projectRoot}/rows.spec.js'],
  ],
];

test.each(CASES)('a push is affected by %s', (_, given, inputs) => {
  expect(inputsFor(given)).toEqual(inputs);
});

test('comments in the files are allowed', () => {
  const text = '{ /* Nx */ "targets": { "build": { "inputs": ["a"] } } } // allows them';
  expect(readGivenProject(() => text).targets).toEqual({ build: { inputs: ['a'] } });
});

test.each(['{', 'null', '[]', '1', '{"targets": null, "nx": [], "scripts": 1, "namedInputs": "x"}'])(
  'what cannot be read says nothing: %s',
  (text) => {
    expect(readGivenProject(() => text)).toEqual({ targets: {}, namedInputs: {} });
  },
);

test.each([null, 'production', [null, 1], { '0': 'x' }])(
  'inputs that are no list of inputs count as none: %j',
  (inputs) => {
    const bad = { inputs, dependsOn: inputs };
    const project = {
      targets: { build: bad, test: null, 'turso-push': bad },
      namedInputs: { production: inputs, x: null },
    };
    const targetDefaults = { build: [bad, null, { filter: 1, inputs }], 'b*': inputs };
    for (const nxJson of [{ targetDefaults, namedInputs: inputs }, { targetDefaults: inputs }])
      expect(inputsFor({ project, nxJson, options: { produce: 'test' } }) ?? []).toEqual([]);
  },
);
