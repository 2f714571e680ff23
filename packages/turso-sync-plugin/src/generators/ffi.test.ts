import fs from 'node:fs';
import path from 'node:path';
import { readJson, updateNxJson, writeJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import ffi from './ffi';

const FILES = ['.gitignore', 'bin', 'dune', 'dune-project', 'project.json'];

async function generate(tree: Tree, options: Parameters<typeof ffi>[1]): Promise<void> {
  await ffi(tree, { skipFormat: true, ...options });
}

test('makes a program, its target, and what both need', async () => {
  const tree = createTreeWithEmptyWorkspace();
  await generate(tree, { directory: 'apps/my-app' });
  expect(tree.children('apps/my-app').sort()).toEqual(FILES);
  expect(tree.read('apps/my-app/dune-project', 'utf8')).toContain('(name my-app)');
  expect(tree.read('apps/my-app/bin/dune', 'utf8')).toContain('(public_name my-app)');
  expect(readJson<object>(tree, 'apps/my-app/project.json')).toEqual({
    name: 'my-app',
    $schema: '../../node_modules/nx/schemas/project-schema.json',
    projectType: 'application',
    targets: {
      'ffi-build': { options: { vendor: 'turso-ffi' } },
      start: {
        dependsOn: ['ffi-build'],
        cache: false,
        executor: 'nx:run-commands',
        options: { command: './_install/bin/my-app', cwd: '{projectRoot}' },
      },
    },
  });
  expect(readJson<object>(tree, 'nx.json')).toMatchObject({ plugins: ['turso-sync-plugin'] });
  expect(readJson<object>(tree, 'package.json')).toMatchObject({
    devDependencies: { 'turso-ffi': expect.stringMatching(/^\d+\.\d+\.\d+/) as string },
  });
});

test('changes nothing when it is run again', async () => {
  const tree = createTreeWithEmptyWorkspace();
  await generate(tree, { directory: 'apps/my-app' });
  const before = tree.listChanges().map(({ path, content }) => [path, content?.toString()]);
  await generate(tree, { directory: 'apps/my-app/' });
  expect(tree.listChanges().map(({ path, content }) => [path, content?.toString()])).toEqual(before);
});

test('keeps what is there: files, targets, the version of the package', async () => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('svc/bin/main.ml', '(* mine *)');
  writeJson(tree, 'svc/project.json', { name: 'mailer', targets: { start: { command: 'mine' } } });
  writeJson(tree, 'package.json', { dependencies: { 'turso-ffi': 'file:../turso-ffi.tgz' } });
  await generate(tree, { directory: 'svc', name: 'mailer' });
  expect(tree.read('svc/bin/main.ml', 'utf8')).toBe('(* mine *)');
  expect(readJson<object>(tree, 'svc/project.json')).toEqual({
    name: 'mailer',
    targets: { 'ffi-build': { options: { vendor: 'turso-ffi' } }, start: { command: 'mine' } },
  });
  expect(readJson<object>(tree, 'package.json')).toEqual({
    dependencies: { 'turso-ffi': 'file:../turso-ffi.tgz' },
  });
});

test('uses the name that nx.json has for the target', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const options = { ffiBuildTargetName: 'native' };
  updateNxJson(tree, { plugins: [{ plugin: 'turso-sync-plugin', options }] });
  await generate(tree, { directory: 'apps/my-app' });
  expect(readJson<object>(tree, 'apps/my-app/project.json')).toMatchObject({
    targets: { native: { options: { vendor: 'turso-ffi' } }, start: { dependsOn: ['native'] } },
  });
});

test.each(['', '.', '..', '../elsewhere', '/tmp/app', 'apps/../..'])(
  'refuses the folder "%s"',
  async (directory) => {
    const tree = createTreeWithEmptyWorkspace();
    const before = tree.listChanges().length;
    await expect(generate(tree, { directory })).rejects.toThrow('Use one such as apps/my-app');
    expect(tree.listChanges()).toHaveLength(before);
  },
);

test.each(['apps/1st', 'apps/my app', 'apps/turso'])(
  'refuses a name that dune does not take: %s',
  async (directory) => {
    const tree = createTreeWithEmptyWorkspace();
    await expect(generate(tree, { directory })).rejects.toThrow('--name my-app');
    await generate(tree, { directory, name: 'my-app' });
    expect(tree.exists(`${directory}/dune-project`)).toBe(true);
  },
);

test('the example is what the generator writes', async () => {
  const tree = createTreeWithEmptyWorkspace();
  await generate(tree, { directory: 'examples/counter' });
  const example = path.join(__dirname, '../../../../examples/counter');
  for (const file of ['.gitignore', 'bin/dune', 'bin/main.ml', 'dune', 'dune-project'])
    expect(fs.readFileSync(path.join(example, file), 'utf8')).toBe(
      tree.read(`examples/counter/${file}`, 'utf8'),
    );
  expect(JSON.parse(fs.readFileSync(path.join(example, 'project.json'), 'utf8'))).toEqual(
    readJson<object>(tree, 'examples/counter/project.json'),
  );
});
