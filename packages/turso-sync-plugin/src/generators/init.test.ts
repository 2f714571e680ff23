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

const ENTRIES = ['.turso', 'working_copy.*', '.env*.local'];

test('keeps data and tokens out of git, once, whatever else is ignored', async () => {
  const tree = createTreeWithEmptyWorkspace();
  tree.delete('.gitignore');
  await init(tree, { skipFormat: true });
  expect(tree.read('.gitignore', 'utf8')).toBe(['# turso-sync', ...ENTRIES, ''].join('\n'));
  await init(tree, { skipFormat: true });
  expect(tree.read('.gitignore', 'utf8')).toBe(['# turso-sync', ...ENTRIES, ''].join('\n'));
});

test.each([
  ['node_modules\n', `node_modules\n\n# turso-sync\n${ENTRIES.join('\n')}\n`],
  ['node_modules', `node_modules\n\n# turso-sync\n${ENTRIES.join('\n')}\n`],
  ['dist\r\n', `dist\r\n\r\n# turso-sync\r\n${ENTRIES.join('\r\n')}\r\n`],
  ['.turso\n# mine\n', '.turso\n# mine\n\n# turso-sync\nworking_copy.*\n.env*.local\n'],
  [`${ENTRIES.join('\n')}\n`, `${ENTRIES.join('\n')}\n`],
])('adds to %j what is not there', async (before, after) => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('.gitignore', before);
  await init(tree, { skipFormat: true });
  expect(tree.read('.gitignore', 'utf8')).toBe(after);
});

test('does as much if @nx/devkit is not installed', async () => {
  jest.doMock('@nx/devkit', () => {
    throw new Error("Cannot find module '@nx/devkit'");
  });
  const tree = createTreeWithEmptyWorkspace();
  await init(tree);
  expect(readNxJson(tree)?.plugins).toEqual(['turso-sync-plugin']);
  expect(tree.read('.gitignore', 'utf8')).toContain('.turso');
});
