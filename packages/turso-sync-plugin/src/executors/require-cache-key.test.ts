import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import snapshot from './snapshot';
import { makeApp } from './task.fixture';

const FILE = { TURSO_DATABASE_URL: 'file:./remote.db' };

test.each([
  [
    'inputs without the fingerprint',
    { inputs: ['default'] },
    'its inputs lack the fingerprint of the remote',
  ],
  ['no inputs at all', { inputs: undefined }, 'its inputs lack the fingerprint of the remote'],
  [
    'more outputs than the snapshot',
    { outputs: ['{projectRoot}/.turso'] },
    'its outputs are not the snapshot alone',
  ],
  [
    'a configuration that project.json has made the default one',
    { configurationName: 'production', configurations: { production: {} }, asked: '' },
    'its key does not know the configuration "production", which nobody asked for',
  ],
])('a cached target with %s is refused', async (_, changes, reason) => {
  const app = await makeApp(FILE);
  const { success, stderr } = await app.run(snapshot, 'turso-snapshot', {}, changes as object);
  expect(success).toBe(false);
  expect(stderr).toContain(`USAGE: The target "turso-snapshot" of "mailer" is cached, but ${reason}.\n  `);
  expect(fs.existsSync(path.join(app.directory, '.turso'))).toBe(false);
});

test('the hint for missing inputs is what mends them', async () => {
  const app = await makeApp(FILE);
  const { stderr } = await app.run(snapshot, 'turso-snapshot', {}, { inputs: [] });
  const [input = ''] = /\{"runtime":".*?"\}/.exec(stderr) ?? [];
  const inputs = [JSON.parse(input) as { runtime: string }];
  expect((await app.run(snapshot, 'turso-snapshot', {}, { inputs })).success).toBe(true);
});

describe('with environments', () => {
  const makeStaged = (): ReturnType<typeof makeApp> =>
    makeApp(
      { ...FILE, STAGING_URL: 'file:./staging.db' },
      { environments: { staging: { urlVariable: 'STAGING_URL' } } },
    );
  const staging = { configurationName: 'staging' };

  test('the configuration that was asked for is taken, from its own remote', async () => {
    const app = await makeStaged();
    const { success, stdout } = await app.run(snapshot, 'turso-snapshot', {}, staging);
    expect(success).toBe(true);
    expect(stdout).toContain('staging.db');
    expect(stdout).not.toContain('remote.db');
  });

  test('another than the key knows is refused, even by an option of the command line', async () => {
    const app = await makeStaged();
    const { success, stderr } = await app.run(snapshot, 'turso-snapshot', { env: 'staging' });
    expect(success).toBe(false);
    expect(stderr).toContain(
      'its key is that of the default environment, and this is the environment "staging".\n' +
        '  Run `nx run mailer:turso-snapshot:staging`.',
    );
  });

  // For example, a program may run tasks without the command line of Nx.
  test('a configuration is refused if the plugin was not asked before', async () => {
    const app = await makeStaged();
    const { success, stderr } = await app.run(snapshot, 'turso-snapshot', {}, { ...staging, asked: '' });
    expect(success).toBe(false);
    expect(stderr).toContain('its key does not know the configuration "staging"');
  });

  test('a name of project.json for the default environment is taken', async () => {
    const app = await makeStaged();
    const changes = { configurationName: 'production', configurations: { production: {} } };
    const { success, stdout } = await app.run(snapshot, 'turso-snapshot', {}, changes);
    expect(success).toBe(true);
    expect(stdout).toContain('remote.db');
  });

  test('the folder that Nx keeps must be that of the environment', async () => {
    const app = await makeStaged();
    const options = { snapshotFolder: 'apps/mailer/.other' };
    const { success, stderr } = await app.run(snapshot, 'turso-snapshot', options, staging);
    expect(success).toBe(false);
    expect(stderr).toMatch(
      /its outputs are not the snapshot alone\.\n {2}Set its outputs to \["\{workspaceRoot\}\/apps\/mailer\/\.turso\/staging\//,
    );
  });
});

test('a target that is not cached may have any inputs', async () => {
  const app = await makeApp(FILE, { stateDir: makeTempDir() });
  expect((await app.run(snapshot, 'turso-snapshot')).success).toBe(true);
  expect((await app.run(snapshot, 'by-hand')).success).toBe(true);
});
