import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeFiles } from '@turso-sync/testing';
import { makeWorkspace } from '../workspace.fixture';

const BUILT = path.join(__dirname, '..', '..', 'dist');
const APP = 'apps/mailer';

/** Infers in a process of its own, and reports whether it had to load the reader of configs. */
function infer(
  root: string,
  file: string,
  options: object = {},
  nxJson: object = {},
): { folders: string[]; pushAfter: string[]; inputs?: string[]; wasKept: boolean } {
  const script = `
    const { createNodes } = require(${JSON.stringify(BUILT)});
    createNodes[1](${JSON.stringify([`${APP}/${file}`])}, ${JSON.stringify(options)}, {
      workspaceRoot: ${JSON.stringify(root)}, nxJsonConfiguration: ${JSON.stringify(nxJson)},
    }).then(([[, { projects }]]) => {
      const { targets } = projects[${JSON.stringify(APP)}];
      console.log(JSON.stringify({
        folders: Object.values(targets['turso-snapshot'].configurations ?? {}).map((c) => c.snapshotFolder),
        pushAfter: targets['turso-push'].dependsOn,
        inputs: targets['turso-push'].inputs,
        wasKept: !Object.keys(require.cache).some((name) => name.includes('turso-core')),
      }));
    });`;
  return JSON.parse(
    execFileSync(process.execPath, ['-e', script], {
      encoding: 'utf8',
      stdio: 'pipe',
      // The run of this test may keep its own data elsewhere.
      env: { ...process.env, NX_WORKSPACE_DATA_DIRECTORY: undefined },
    }),
  ) as ReturnType<typeof infer>;
}

const config = (name: string): string => `{ "environments": { "${name}": {} } }`;
const folder = (name: string): string => `${APP}/.turso/${name}/snapshot`;

function makeApp(file: string, text: string): string {
  return makeWorkspace({ [`${APP}/project.json`]: {}, [`${APP}/${file}`]: text });
}

test.each([
  ['turso-sync.config.json', config('staging'), config('test')],
  ['turso-sync.config.yaml', 'environments: { staging: {} }', 'environments: { test: {} }'],
  [
    'turso-sync.config.ts',
    "import type { Config } from 'turso-core';\nexport default { environments: { staging: {} } } satisfies Config;",
    'export default { environments: { test: {} } };',
  ],
  [
    'turso-sync.config.js',
    'module.exports = { environments: { staging: {} } };',
    'module.exports = { environments: { test: {} } };',
  ],
])(
  'targets from %s are inferred once, and again after a change, by whichever process',
  (file, before, after) => {
    const root = makeApp(file, before);
    expect(infer(root, file)).toMatchObject({ folders: [folder('staging')], wasKept: false });
    expect(infer(root, file)).toMatchObject({ folders: [folder('staging')], wasKept: true });
    writeFiles(root, { [`${APP}/${file}`]: after });
    expect(infer(root, file)).toMatchObject({ folders: [folder('test')], wasKept: false });
    expect(infer(root, file)).toMatchObject({ folders: [folder('test')], wasKept: true });
  },
);

test.each([
  [
    'another file',
    "const { name } = require('./name.cjs'); module.exports = { environments: { [name]: {} } };",
  ],
  ['a variable', 'module.exports = { environments: { [process.env.NAME ?? "staging"]: {} } };'],
  ['a module', "import name from './name.cjs'; export default { environments: { [name.name]: {} } };"],
])('a script that depends on %s is read each time', (_, text) => {
  const file = text.startsWith('import') ? 'turso-sync.config.mjs' : 'turso-sync.config.cjs';
  const root = makeApp(file, text);
  writeFiles(root, { [`${APP}/name.cjs`]: "exports.name = 'staging';" });
  for (const _run of [1, 2])
    expect(infer(root, file)).toMatchObject({ folders: [folder('staging')], wasKept: false });
});

test('a config that imports another one is read each time', () => {
  const file = 'turso-sync.config.json';
  const root = makeApp(file, '{ "$import": "./shared.json" }');
  for (const name of ['staging', 'test']) {
    writeFiles(root, { [`${APP}/shared.json`]: config(name) });
    expect(infer(root, file)).toMatchObject({ folders: [folder(name)], wasKept: false });
  }
});

test('options of nx.json have results of their own, and are checked before any is kept', () => {
  const file = 'turso-sync.config.json';
  const root = makeApp(file, config('staging'));
  infer(root, file);
  const other = { pushAfter: ['lint'] };
  expect(infer(root, file, other)).toMatchObject({ pushAfter: ['lint', 'turso-init'], wasKept: false });
  expect(infer(root, file, other)).toMatchObject({ pushAfter: ['lint', 'turso-init'], wasKept: true });
  expect(infer(root, file)).toMatchObject({ pushAfter: ['build', 'test', 'turso-init'], wasKept: true });
  for (const _run of [1, 2]) expect(() => infer(root, file, { pushafter: [] })).toThrow('CONFIG_INVALID');
});

test('the inputs of the build are noticed, in files of the project and in nx.json', () => {
  const file = 'turso-sync.config.json';
  const root = makeApp(file, config('staging'));
  const build = (inputs?: string[]): object => ({ targets: { build: { command: 'true', inputs } } });
  expect(infer(root, file).inputs).toBeUndefined();
  writeFiles(root, { [`${APP}/package.json`]: { nx: build(['a']) } });
  expect(infer(root, file)).toMatchObject({ inputs: ['a'], wasKept: false });
  writeFiles(root, { [`${APP}/project.json`]: build(['b']) });
  expect(infer(root, file)).toMatchObject({ inputs: ['b'], wasKept: false });
  expect(infer(root, file)).toMatchObject({ inputs: ['b'], wasKept: true });
  writeFiles(root, { [`${APP}/project.json`]: build(), [`${APP}/package.json`]: {} });
  const nxJson = { targetDefaults: { build: { inputs: ['c'] } } };
  expect(infer(root, file, {}, nxJson)).toMatchObject({ inputs: ['c'], wasKept: false });
  expect(infer(root, file, {}, nxJson)).toMatchObject({ inputs: ['c'], wasKept: true });
});

test('a state folder that becomes a link, a broken config and a broken store are noticed', () => {
  const file = 'turso-sync.config.json';
  const root = makeApp(file, config('staging'));
  infer(root, file);
  fs.mkdirSync(path.join(root, 'elsewhere'));
  fs.symlinkSync(path.join(root, 'elsewhere'), path.join(root, APP, '.turso'));
  expect(infer(root, file)).toMatchObject({ folders: ['elsewhere/staging/snapshot'], wasKept: false });

  writeFiles(root, { [`${APP}/${file}`]: '{' });
  for (const _run of [1, 2]) expect(infer(root, file)).toMatchObject({ folders: [], wasKept: false });
  writeFiles(root, { [`${APP}/${file}`]: config('test') });
  expect(infer(root, file)).toMatchObject({ folders: ['elsewhere/test/snapshot'], wasKept: false });

  const store = path.join(root, '.nx', 'workspace-data');
  for (const name of fs.readdirSync(store)) fs.writeFileSync(path.join(store, name), '{"apps');
  expect(infer(root, file)).toMatchObject({ folders: ['elsewhere/test/snapshot'], wasKept: false });
  expect(infer(root, file)).toMatchObject({ wasKept: true });
});
