import type { TargetConfiguration } from '@nx/devkit';
import { ffiDemo } from '@turso-sync/testing';
import * as plugin from '../index';
import { makeWorkspace } from '../workspace.fixture';

const APP = 'apps/demo';

async function infer(
  files: Readonly<Record<string, unknown>>,
  options?: plugin.PluginOptions,
): Promise<Record<string, TargetConfiguration> | undefined> {
  const root = makeWorkspace(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${APP}/${name}`, text] as const)),
  );
  const results = await plugin.createNodes[1]([`${APP}/dune-project`], options, { workspaceRoot: root });
  return results[0]?.[1].projects[APP]?.targets;
}

test('a project with a static library and a dune project gets a cached build', async () => {
  const targets = await infer({ ...ffiDemo(), 'project.json': {} });
  expect(Object.keys(targets ?? {})).toEqual(['ffi-build']);
  expect(targets?.['ffi-build']).toMatchObject({
    executor: 'turso-sync-plugin:ffi-build',
    cache: true,
    dependsOn: ['^ffi-build'],
    outputs: ['{projectRoot}/target/localized', '{projectRoot}/_install'],
  });
  expect(targets?.['ffi-build']?.inputs).toEqual(
    expect.arrayContaining([
      '{projectRoot}/**/*',
      '!{projectRoot}/target/**/*',
      '^default',
      { env: 'RUSTFLAGS' },
      {
        runtime: expect.stringMatching(
          /^node --no-warnings \S+dist\/ffi\/print-toolchain\.js apps\/demo$/,
        ) as string,
      },
      { externalDependencies: [] },
    ]),
  );
});

test('a package.json makes it a project, too', async () => {
  expect(await infer({ ...ffiDemo(), 'package.json': { name: 'demo' } })).toHaveProperty('ffi-build');
});

test('one that vendors the crate of a package keeps the sources with the archive', async () => {
  const target = { options: { vendor: 'turso-ffi' } };
  const project = { targets: { 'ffi-build': target } };
  for (const files of [
    { 'dune-project': '(lang dune 2.9)', 'project.json': project },
    { 'dune-project': '(lang dune 2.9)', 'package.json': { name: 'demo', nx: project } },
  ]) {
    const inferred = (await infer(files))?.['ffi-build'];
    expect(inferred?.outputs).toEqual(['{projectRoot}/vendor/turso-ffi', '{projectRoot}/_install']);
    expect(inferred?.inputs).toContain('!{projectRoot}/vendor/turso-ffi/**/*');
    expect(JSON.stringify(inferred?.inputs)).toContain('print-toolchain.js apps/demo turso-ffi"');
  }
});

test.each([
  ['a folder that is no project', ffiDemo()],
  ['a dune project without a crate', { 'dune-project': '(lang dune 2.9)', 'project.json': {} }],
  [
    'a crate without a static library',
    {
      ...ffiDemo(),
      'Cargo.toml': '[lib]\n# crate-type = ["staticlib"]\ncrate-type = ["rlib"]\n',
      'project.json': {},
    },
  ],
])('%s gets none', async (_, files) => {
  expect(await infer(files)).toBeUndefined();
});

test('the name of the target is an option', async () => {
  const targets = await infer({ ...ffiDemo(), 'project.json': {} }, { ffiBuildTargetName: 'native' });
  expect(Object.keys(targets ?? {})).toEqual(['native']);
  expect(targets?.['native']?.dependsOn).toEqual(['^native']);
});
