import check from './check';
import init from './init';
import { makeApp, type TestApp } from './task.fixture';

async function start(config: object = {}): Promise<TestApp> {
  const app = await makeApp(
    { TURSO_DATABASE_URL: 'file:./remote.db', STAGING_URL: 'file:./staging.db' },
    config,
  );
  expect((await app.run(init, 'turso-init', { snapshot: 'take' })).success).toBe(true);
  return app;
}

test('a cached target without the digest of the data is refused, and the hint is what fixes it', async () => {
  const app = await start();
  const { success, stderr } = await app.run(check, 'turso-check', {}, { inputs: ['default'] });
  expect(success).toBe(false);
  expect(stderr).toContain(
    'USAGE: The target "turso-check" of "mailer" is cached, but its inputs lack the digest',
  );
  const inputs = (stderr.match(/\{"\w+":".*?"\}/g) ?? []).map(
    (text) => JSON.parse(text) as { runtime: string },
  );
  expect(inputs).toHaveLength(2);
  for (const some of [inputs.slice(0, 1), inputs.slice(1)])
    expect((await app.run(check, 'turso-check', {}, { inputs: some })).success).toBe(false);
  expect((await app.run(check, 'turso-check', {}, { inputs })).success).toBe(true);
  expect((await app.run(check, 'turso-check', {}, { inputs: [], cache: false })).success).toBe(true);
});

test('the inferred target has it, for the environments too', async () => {
  const app = await start({
    environments: { staging: { urlVariable: 'STAGING_URL', workingCopy: 'other.db' } },
  });
  expect((await app.run(check, 'turso-check')).success).toBe(true);
  const staging = { configurationName: 'staging' };
  expect((await app.run(init, 'turso-init', { snapshot: 'take' }, staging)).success).toBe(true);
  expect(await app.run(check, 'turso-check', {}, staging)).toMatchObject({ success: true });
});
