import path from 'node:path';
import { readJson, readNxJson, updateNxJson, type ProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { FsTree } from 'nx/src/generators/tree';
import { createNodes } from '../inference/create-nodes';
import { makeWorkspace } from '../workspace.fixture';
import configuration from './configuration';

const PROJECT = {
  name: 'mailer',
  targets: { build: { command: 'true', inputs: ['{projectRoot}/src/**/*'] } },
};

/** Makes the files of a workspace with one project, on disk, since configs are read from disk. */
function makeTree(files: Readonly<Record<string, unknown>> = {}, project: object = PROJECT): Tree {
  const root = makeWorkspace({
    'nx.json': {},
    'package.json': {},
    'apps/mailer/project.json': project,
    ...files,
  });
  return new FsTree(root, false);
}

const projectOf = (tree: Tree): ProjectConfiguration => readJson(tree, 'apps/mailer/project.json');

test.each(['mailer', 'apps/mailer', 'apps/mailer/'])('adds a config to the project %s', async (project) => {
  const tree = makeTree();
  await configuration(tree, { project, skipFormat: true });
  expect(readJson<object>(tree, 'apps/mailer/turso-sync.config.json')).toEqual({});
  expect(readNxJson(tree)?.plugins).toEqual(['turso-sync-plugin']);
  expect(tree.read('.gitignore', 'utf8')).toContain('.turso');
  expect(projectOf(tree)).toEqual(PROJECT);
});

test.each([
  ['turso-sync.config.ts', 'export default {}'],
  ['.turso-syncrc', 'stateDir: .state'],
  ['package.json', { name: 'mailer', 'turso-sync': {} }],
])('leaves a config in %s as it is', async (file, content) => {
  const tree = makeTree({ [`apps/mailer/${file}`]: content });
  await configuration(tree, { project: 'mailer', skipFormat: true });
  expect(tree.exists('apps/mailer/turso-sync.config.json')).toBe(false);
});

test('an unknown project is refused, with those that there are', async () => {
  const tree = makeTree();
  await expect(configuration(tree, { project: 'mialer' })).rejects.toThrow(
    'There is no project "mialer". It has mailer.',
  );
  expect(tree.listChanges()).toEqual([]);
  await expect(configuration(createTreeWithEmptyWorkspace(), { project: 'x' })).rejects.toThrow(
    'There is no project "x".',
  );
});

describe('--convert', () => {
  const config = { environments: { staging: { urlVariable: 'STAGING_URL' } } };

  test.each([
    ['a new config', {}],
    ['one that is there', { 'apps/mailer/turso-sync.config.json': config }],
  ])('writes what would be inferred from %s, and infers no more for this project', async (_, files) => {
    const tree = makeTree(files);
    await configuration(tree, { project: 'mailer', convert: true, skipFormat: true });
    expect(readNxJson(tree)?.plugins).toEqual([{ plugin: 'turso-sync-plugin', exclude: ['apps/mailer/**'] }]);

    const file = 'apps/mailer/turso-sync.config.json';
    const root = makeWorkspace({ 'apps/mailer/project.json': PROJECT, [file]: readJson<object>(tree, file) });
    const [found] = await createNodes[1]([file], undefined, { workspaceRoot: root });
    const inferred = found?.[1].projects['apps/mailer']?.targets ?? {};
    const { build, ...written } = projectOf(tree).targets ?? {};
    expect(build).toEqual(PROJECT.targets.build);
    expect(Object.keys(written)).toEqual(Object.keys(inferred));
    expect(written['turso-push']?.inputs).toEqual(build?.inputs);
    const plain = JSON.parse(
      JSON.stringify(inferred).replaceAll(
        path.relative(root, __dirname),
        path.relative(tree.root, __dirname),
      ),
      (key, value: unknown) => (key === 'metadata' ? undefined : value),
    ) as object;
    expect(written).toEqual(plain);
  });

  test('keeps what project.json says, the names of nx.json, and does it once', async () => {
    const project = {
      name: 'mailer',
      targets: { 'turso-snapshot': { options: { create: true } }, 'db-push': { dependsOn: ['check'] } },
    };
    const tree = makeTree({ 'apps/mailer/turso-sync.config.json': config }, project);
    updateNxJson(tree, {
      plugins: ['@nx/other', { plugin: 'turso-sync-plugin', options: { pushTargetName: 'db-push' } }],
    });
    await configuration(tree, { project: 'mailer', convert: true, skipFormat: true });
    const { targets = {} } = projectOf(tree);
    expect(targets['turso-snapshot']).toMatchObject({
      executor: 'turso-sync-plugin:snapshot',
      cache: true,
      options: { create: true, snapshotFolder: 'apps/mailer/.turso/default/snapshot' },
    });
    expect(targets['db-push']).toMatchObject({ executor: 'turso-sync-plugin:push', dependsOn: ['check'] });
    expect(targets).not.toHaveProperty('turso-push');
    const plugins = [
      '@nx/other',
      { plugin: 'turso-sync-plugin', options: { pushTargetName: 'db-push' }, exclude: ['apps/mailer/**'] },
    ];
    expect(readNxJson(tree)?.plugins).toEqual(plugins);
    await configuration(tree, { project: 'mailer', convert: true, skipFormat: true });
    expect(projectOf(tree).targets).toEqual(targets);
    expect(readNxJson(tree)?.plugins).toEqual(plugins);
  });

  test('of a config that cannot be read changes nothing', async () => {
    const tree = makeTree({ 'apps/mailer/turso-sync.config.json': { workingcopy: 'x' } });
    await expect(configuration(tree, { project: 'mailer', convert: true })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
