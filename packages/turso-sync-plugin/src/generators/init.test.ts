import { readNxJson, updateNxJson } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import init from './init';

test('adds the plugin after those that are there, once', async () => {
  const tree = createTreeWithEmptyWorkspace();
  updateNxJson(tree, { plugins: ['@nx/other'] });
  await init(tree, { skipFormat: true });
  expect(readNxJson(tree)?.plugins).toEqual(['@nx/other', 'turso-sync-plugin']);
  await init(tree, { skipFormat: true });
  expect(readNxJson(tree)?.plugins).toEqual(['@nx/other', 'turso-sync-plugin']);
});

test('leaves one with options as it is', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const plugins = [{ plugin: 'turso-sync-plugin', options: { pushAfter: ['verify'] } }];
  updateNxJson(tree, { plugins });
  await init(tree, { skipFormat: true });
  expect(readNxJson(tree)?.plugins).toEqual(plugins);
});

test('says what it needs where @nx/devkit is not installed', async () => {
  jest.doMock('@nx/devkit', () => {
    throw new Error("Cannot find module '@nx/devkit'");
  });
  await expect(init(createTreeWithEmptyWorkspace())).rejects.toThrow(
    /^Generators need @nx\/devkit, .*`npm install .*@nx\/devkit@.*`, or add "turso-sync-plugin" to the plugins/,
  );
});
