import push from '../executors/push';
import status from '../executors/status';
import { makeApp, type TestApp } from '../executors/task.fixture';

const CONFIG = { environments: { staging: { urlVariable: 'STAGING_URL' }, test: {} } };
const VARIABLES = { TURSO_DATABASE_URL: 'file:./production.db', STAGING_URL: 'file:./staging.db' };

let app: TestApp;
beforeEach(async () => (app = await makeApp(VARIABLES, CONFIG)));

// Nx then runs the task without a configuration.
test.each(['stagin', 'mailer:turso-push:stagin', 'turso-push:stagin', 'other:deploy:stagin'])(
  'a configuration that the target lacks is refused, and the nearest is named: %s',
  async (asked) => {
    const { success, stderr } = await app.run(push, 'turso-push', {}, { asked });
    expect(success).toBe(false);
    expect(stderr).toMatch(
      /^USAGE: The target "turso-push" of "mailer" has no configuration "stagin"\.\n {2}Did you mean "staging"\? It has staging, test\. /,
    );
  },
);

test('also if the default of project.json takes its place', async () => {
  const changes = { asked: 'mailer:turso-push:stagin', configurationName: 'staging' };
  expect((await app.run(push, 'turso-push', {}, changes)).stderr).toContain('no configuration "stagin"');
});

test('also if the config has no environments', async () => {
  const plain = await makeApp(VARIABLES);
  const { success, stderr } = await plain.run(push, 'turso-push', {}, { asked: 'production' });
  expect(success).toBe(false);
  expect(stderr).toContain(
    'It has none: each environment of the config is one. To run it with the default environment under that name, ' +
      'add "configurations": { "production": {} } to "turso-push" in project.json.',
  );
});

test('the way out of the hint works', async () => {
  const plain = await makeApp(VARIABLES);
  const changes = { configurationName: 'production', configurations: { production: {} } };
  const { success, stdout } = await plain.run(status, 'turso-status', {}, changes);
  expect(success).toBe(true);
  expect(stdout).toContain('production.db');
});

test.each([
  ['staging', 'staging.db'],
  ['mailer:turso-status:staging', 'staging.db'],
  ['mailer:turso-status:test', 'production.db'],
])('a configuration is its environment: %s', async (asked, database) => {
  const configurationName = asked.split(':').at(-1) ?? '';
  const { success, stdout } = await app.run(status, 'turso-status', {}, { asked, configurationName });
  expect(success).toBe(true);
  expect(stdout).toContain(database);
});

test('an environment beside the configuration of another is refused', async () => {
  const changes = { configurationName: 'staging' };
  const { success, stderr } = await app.run(push, 'turso-push', { env: 'test' }, changes);
  expect(success).toBe(false);
  expect(stderr).toMatch(
    /^USAGE: The configuration "staging" means the environment "staging", but --env names "test"\.\n/,
  );
});

test('a config that cannot be read is told before all that', async () => {
  const broken = await makeApp(VARIABLES, { environment: {} });
  const { stderr } = await broken.run(push, 'turso-push', {}, { asked: 'staging' });
  expect(stderr).toMatch(/^CONFIG_INVALID: Unknown key "environment"/);
});
