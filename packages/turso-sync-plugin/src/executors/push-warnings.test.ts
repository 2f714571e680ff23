import type { TargetConfiguration } from '@nx/devkit';
import { makeApp } from './task.fixture';
import push from './push';

type DependsOn = NonNullable<TargetConfiguration['dependsOn']>;

/** Returns the warning of a push, for its dependencies, `produce` and other targets of the project. */
async function warningOf(
  dependsOn: DependsOn,
  produce?: string,
  others: Readonly<Record<string, TargetConfiguration>> = {},
): Promise<string> {
  const app = await makeApp({ TURSO_DATABASE_URL: 'file:./remote.db' }, {}, { produce, others });
  const { stderr } = await app.run(push, 'turso-push', { quiet: true }, { dependsOn });
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('Warning: '))
    .join('\n');
}

const UNGATED =
  'Warning: "mailer" has none of the targets that this push waits for: build, tset. ' +
  'Name its tests in "pushAfter" in nx.json, or in "dependsOn" of the target. "pushAfter": [] says that there are none.';

test('a push that waits for nothing but targets that the project lacks says so', async () => {
  expect(await warningOf(['build', 'tset', 'turso-init'])).toBe(UNGATED);
});

test('what creates the data is no gate', async () => {
  const schedule = { dependsOn: ['turso-init'] };
  const dependsOn = ['build', 'tset', 'schedule', 'turso-init'];
  expect(await warningOf(dependsOn, 'schedule', { schedule })).toBe(UNGATED);
  expect(await warningOf(['schedule', 'turso-init'], 'schedule', { schedule })).toBe('');
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

describe('what creates the data must wait for the working copy:', () => {
  const dependsOn = ['test', 'schedule', 'turso-init'];
  const schedule = (...after: string[]): Record<string, TargetConfiguration> => ({
    schedule: { dependsOn: after },
    prepare: { dependsOn: ['turso-init', 'schedule'] },
  });

  test.each([
    ['nothing', schedule()],
    ['itself, in a circle', schedule('schedule')],
    ['the build only', schedule('build')],
  ])('a push says so if it waits for %s', async (_, others) => {
    expect(await warningOf(dependsOn, 'schedule', others)).toBe(
      'Warning: "schedule" of "mailer" does not wait for "turso-init", so it may run before there is a working copy. ' +
        'Add "turso-init" to "dependsOn" of "schedule".',
    );
  });

  test.each([
    ['it waits by name', schedule('build', 'turso-init')],
    ['it waits by another target', schedule('prepare')],
    ['it waits by a pattern', schedule('turso-*')],
    ['the project has no such target', {}],
  ])('it says nothing if %s', async (_, others) => {
    expect(await warningOf(dependsOn, 'schedule', others)).toBe('');
  });
});
