import type { TargetConfiguration } from '@nx/devkit';
import { makeApp } from './task.fixture';
import push from './push';

/** What a push says about its gate, given what it waits for. */
async function warningOf(dependsOn: NonNullable<TargetConfiguration['dependsOn']>): Promise<string> {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' });
  const { stderr } = await app.run(push, 'turso-push', { quiet: true }, { dependsOn });
  return stderr.split('\n').find((line) => line.startsWith('Warning: ')) ?? '';
}

test('a push that waits for nothing but targets that the project lacks says so', async () => {
  expect(await warningOf(['build', 'tset', 'turso-init'])).toBe(
    'Warning: "mailer" has none of the targets that this push waits for: build, tset. ' +
      'Name its tests in "pushAfter" in nx.json, or in "dependsOn" of the target. "pushAfter": [] says that there are none.',
  );
});

test.each([
  ['there is one of them', ['build', 'test', 'turso-init']],
  ['it is meant to wait for none', ['turso-init']],
  ['it waits for other projects', ['^build', 'turso-init']],
  ['it waits for those of a pattern', ['test-*']],
  ['it waits for named projects', [{ target: 'test', projects: ['other'] }]],
])('it says nothing if %s', async (_, dependsOn) => {
  expect(await warningOf(dependsOn)).toBe('');
});
