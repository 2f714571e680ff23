import fs from 'node:fs';
import path from 'node:path';
import { workspace } from './workspace.fixture';

const REPOSITORY = path.join(__dirname, '..', '..');
const PACKAGES = ['turso-core', 'turso-sync-plugin', 'turso-ffi'];

const installed = (name: string): string => path.join(workspace, 'node_modules', name);
const filesOf = (folder: string): string[] =>
  (fs.readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
    fs.statSync(path.join(folder, file)).isFile(),
  );

describe.each(PACKAGES)('the package %s', (name) => {
  test('says what it is, under which license, and where it comes from', () => {
    const files = filesOf(installed(name));
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']));
    expect(fs.readFileSync(path.join(installed(name), 'LICENSE'), 'utf8')).toBe(
      fs.readFileSync(path.join(REPOSITORY, 'LICENSE'), 'utf8'),
    );
    expect(fs.readFileSync(path.join(installed(name), 'README.md'), 'utf8')).toMatch(
      new RegExp(`^# ${name}\\n`),
    );
    const manifest = JSON.parse(
      fs.readFileSync(path.join(installed(name), 'package.json'), 'utf8'),
    ) as object;
    expect(manifest).toMatchObject({
      license: 'MIT',
      homepage: expect.stringMatching(/^https:/) as string,
      bugs: { url: expect.stringMatching(/\/issues$/) as string },
      repository: { type: 'git', directory: `packages/${name}` },
    });
  });

  test('refers to no file that is not in it', () => {
    const folder = installed(name);
    const dangling = filesOf(folder).filter((file) => {
      if (!/\.[cm]?(js|ts)$/.test(file) || file.startsWith('node_modules')) return false;
      const [, map] =
        /^\/\/# sourceMappingURL=(.+)$/m.exec(fs.readFileSync(path.join(folder, file), 'utf8')) ?? [];
      return map !== undefined && !fs.existsSync(path.join(folder, path.dirname(file), map));
    });
    expect(dangling).toEqual([]);
  });
});

test('what Nx reads of the plugin is in it, migrations too', () => {
  const folder = installed('turso-sync-plugin');
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<
    'executors' | 'generators',
    string
  > & { 'nx-migrations': { migrations: string; packageGroup: string[] } };
  for (const file of [manifest.executors, manifest.generators, manifest['nx-migrations'].migrations])
    expect(fs.existsSync(path.join(folder, file))).toBe(true);
  expect(manifest['nx-migrations'].packageGroup).toContain('turso-core');
});
