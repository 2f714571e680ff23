import type { PluginEntry } from './collisions';
import { createNodes } from './create-nodes';
import type { PluginOptions } from './options';

/** Returns Nx's message for these options, or for that list of plugins. Null if inference goes on. */
async function problemOf(options: unknown, plugins: readonly PluginEntry[] = []): Promise<string | null> {
  const context = { workspaceRoot: '/nowhere', nxJsonConfiguration: { plugins } };
  return createNodes[1]([], options as PluginOptions, context).then(
    () => null,
    (error: unknown) => (error as Error).message,
  );
}

describe('options in nx.json', () => {
  test.each([
    undefined,
    {},
    { pushAfter: [] },
    { produce: 'schedule' },
    { pushAfter: ['lint'], env: 'staging', pushTargetName: 'db-push', ffiBuildTargetName: 'native' },
  ])('%j are fine', async (options) => {
    expect(await problemOf(options)).toBeNull();
  });

  test.each([
    [
      { pushAfter: 'test' },
      '"pushAfter" of turso-sync-plugin in nx.json must be a list of target names, not a string.\n  Write "pushAfter": \\["test"\\].',
    ],
    [{ pushAfter: {} }, '"pushAfter" .* must be a list of target names, not an object'],
    [{ pushAfter: null }, 'not null'],
    [{ pushAfter: ['test', 1] }, 'not a list of something else'],
    [{ pushAfter: [''] }, 'not a list of something else'],
    [
      { pushAfter: ['build', 'turso-push'] },
      '"pushAfter" .* must not name "turso-push", which is the push itself',
    ],
    [
      { pushafter: ['test'] },
      '"pushafter" .* is not an option.\n  Did you mean "pushAfter"\\? Allowed are .*, env.',
    ],
    [{ produce: ['schedule'] }, '"produce" .* must be a name, not a list'],
    [{ produce: '' }, '"produce" .* must be a name, not an empty string'],
    [{ produce: 'turso-init' }, '"produce" .* must not name "turso-init", which is a target of the plugin'],
    [
      { produce: 'db-push', pushTargetName: 'db-push' },
      '"produce" .* must not name "db-push", which is a target of the plugin',
    ],
    [{ environment: 'x' }, '"environment" .* is not an option.\n  Allowed are '],
    [{ env: '' }, '"env" .* must be a name, not an empty string'],
    [{ env: ['staging'] }, '"env" .* must be a name, not a list'],
    [{ pushTargetName: 5 }, '"pushTargetName" .* must be a name, not a number'],
    [
      { pushTargetName: 'turso-init' },
      '"initTargetName" and "pushTargetName" .* must differ, and both are "turso-init"',
    ],
    [['pushAfter'], 'The options .* must be an object, not a list'],
    ['pushAfter', 'The options .* must be an object, not a string'],
  ])('%j are refused, with what to do', async (options, problem) => {
    const message = await problemOf(options);
    expect(message).toMatch(/^CONFIG_INVALID: .*\n {2}\S/);
    expect(message).toMatch(new RegExp(problem));
  });
});

describe('the plugin listed twice', () => {
  const names = [
    'snapshot',
    'init',
    'push',
    'status',
    'pull',
    'verify',
    'diff',
    'check',
    'undo',
    'dump',
    'clean',
    'doctor',
    'dev',
  ];
  const ownNames = Object.fromEntries(names.map((name) => [`${name}TargetName`, `staging-${name}`]));
  const plugin = 'turso-sync-plugin';

  test.each([
    ['with names of their own', [plugin, { plugin, options: { ...ownNames, env: 'staging' } }]],
    [
      'for other projects',
      [
        { plugin, include: ['a/**'] },
        { plugin, include: ['b/**'], options: { pushAfter: ['x'] } },
      ],
    ],
    ['once', [plugin, 'turso-sync-plugin-of-others', { plugin: './local' }]],
  ] as [string, PluginEntry[]][])('is fine %s', async (_, plugins) => {
    expect(await problemOf(undefined, plugins)).toBeNull();
  });

  test.each([
    ['as it is', [plugin, plugin], names.map((name) => `turso-${name}`).join(', ')],
    [
      'with one name that is not its own',
      [plugin, { plugin, options: { ...ownNames, pullTargetName: 'turso-pull', env: 'staging' } }],
      'turso-pull',
    ],
    [
      'with names that cross',
      [plugin, { plugin, options: { ...ownNames, pullTargetName: 'turso-push', env: 'staging' } }],
      'turso-push',
    ],
    [
      'for other projects, but for another remote',
      [
        { plugin, exclude: ['b/**'] },
        { plugin, include: ['b/**'], options: { ...ownNames, initTargetName: 'turso-init', env: 'staging' } },
      ],
      'turso-init',
    ],
    ['as the second and third of three', [{ plugin, options: ownNames }, plugin, plugin], 'turso-snapshot'],
  ] as [string, PluginEntry[], string][])(
    'is refused %s, and the targets are named',
    async (_, plugins, targets) => {
      const message = await problemOf(undefined, plugins);
      expect(message).toContain(
        `CONFIG_INVALID: nx.json lists turso-sync-plugin more than once, and these targets collide: ${targets}`,
      );
      expect(message).toContain('`nx run app:turso-push:staging`');
    },
  );
});
