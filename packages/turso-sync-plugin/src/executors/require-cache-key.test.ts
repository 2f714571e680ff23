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
    'a configuration',
    { configurationName: 'production' },
    'its key does not know the configuration "production"',
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
  const [input = ''] = /\{"runtime": ".*?"\}/.exec(stderr) ?? [];
  const inputs = [JSON.parse(input) as { runtime: string }];
  expect((await app.run(snapshot, 'turso-snapshot', {}, { inputs })).success).toBe(true);
});

test('another environment than the key knows is refused, even by an option of the command line', async () => {
  const app = await makeApp(
    { ...FILE, STAGING_URL: 'file:./staging.db' },
    { environments: { staging: { urlVariable: 'STAGING_URL' } } },
  );
  const { success, stderr } = await app.run(snapshot, 'turso-snapshot', { env: 'staging' });
  expect(success).toBe(false);
  expect(stderr).toContain(' turso-snapshot STAGING_URL TURSO_AUTH_TOKEN');
});

test('a target that is not cached may have any inputs', async () => {
  const app = await makeApp(FILE, { stateDir: makeTempDir() });
  expect((await app.run(snapshot, 'turso-snapshot')).success).toBe(true);
  expect((await app.run(snapshot, 'by-hand')).success).toBe(true);
});
