import fs from 'node:fs';
import path from 'node:path';
import { addApp, nx, run, workspace } from './workspace.fixture';

const ENV = { '.env': 'TURSO_DATABASE_URL=file:./remote.db\n' };

test('what is installed is what is needed: no sources, no tests, no source maps', () => {
  const folder = path.join(workspace, 'node_modules', 'turso-sync-plugin');
  const files = fs.readdirSync(folder, { recursive: true }) as string[];
  expect(files.filter((file) => /\.test\.|\.fixture\.|\.map$|tsbuildinfo|^src/.test(file))).toEqual([]);
  expect(fs.readdirSync(folder).sort()).toEqual([
    ...['LICENSE', 'README.md', 'dist', 'executors.json', 'generators.json', 'localize.sh'],
    ...['migrations.json', 'package.json', 'schemas'],
  ]);
});

test('nx show project knows the targets', async () => {
  addApp('shown', ENV);
  const { output } = await nx(['show', 'project', 'shown', '--json']);
  const { targets } = JSON.parse(output) as { targets: Record<string, { executor: string }> };
  expect(Object.keys(targets)).toEqual(
    expect.arrayContaining(['turso-snapshot', 'turso-init', 'turso-push', 'turso-status', 'build', 'test']),
  );
});

test('dependsOn of project.json takes the place of the inferred one', async () => {
  const target = (script: string, dependsOn: string[]): object => ({
    executor: 'nx:run-commands',
    dependsOn,
    options: { command: `node -e "console.log('${script}')"` },
  });
  addApp('scheduled', {
    ...ENV,
    'project.json': JSON.stringify({
      name: 'scheduled',
      targets: { schedule: target('scheduled', ['turso-init']), 'turso-push': { dependsOn: ['schedule'] } },
    }),
  });
  const { exitCode, output } = await nx(['run', 'scheduled:turso-push']);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/Working copy made[^]*scheduled[^]*Nothing to push\./);
});

test('nx affected pushes the projects that a commit has touched', async () => {
  const git = (...args: string[]): Promise<unknown> =>
    run('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@example.com', ...args]);
  const [touched] = [addApp('touched', ENV), addApp('untouched', ENV)];
  await git('init', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--message=all');
  fs.appendFileSync(path.join(touched.directory, 'build.js'), '\n// touched');
  await git('commit', '--all', '--message=touched');
  const { exitCode, output } = await nx(['affected', '-t', 'turso-push', '--base=HEAD~1', '--head=HEAD']);
  expect(exitCode).toBe(0);
  expect(output).toContain('touched:turso-push');
  expect(output).not.toContain('untouched:turso-push');
});

describe('a config that cannot be read', () => {
  test('fails the targets of its project, with what to do, and no other', async () => {
    addApp('readable', ENV);
    const app = addApp('mistyped', { ...ENV, 'turso-sync.config.json': '{"workingcopy": "app.db"}' });
    const { exitCode, output } = await nx(['run', 'mistyped:turso-push']);
    const others = [await nx(['run', 'readable:build']), await nx(['run', 'readable:turso-status'])];
    const own = await nx(['run', 'mistyped:build']);
    fs.rmSync(app.directory, { recursive: true });
    expect(exitCode).not.toBe(0);
    expect(output).toContain('CONFIG_INVALID: Unknown key "workingcopy"');
    expect(output).toContain('Did you mean "workingCopy"?');
    expect(output).not.toContain('Nothing to push');
    for (const ended of [...others, own]) expect(ended).toMatchObject({ exitCode: 0 });
  });
});

describe('an nx.json that is wrong', () => {
  const file = path.join(workspace, 'nx.json');
  const plugin = 'turso-sync-plugin';

  test.each([
    [
      'options',
      [{ plugin, options: { pushAfter: 'test' } }],
      ['CONFIG_INVALID: "pushAfter"', 'Write "pushAfter": ["test"].'],
    ],
    [
      'colliding targets',
      [plugin, { plugin, options: { env: 'staging', pushTargetName: 'staging-push' } }],
      ['these targets collide: turso-snapshot, turso-init, turso-status', '`nx run app:turso-push:staging`'],
    ],
  ])('fails every run: %s', async (_, plugins, texts) => {
    addApp('listed', ENV);
    const before = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, JSON.stringify({ ...(JSON.parse(before) as object), plugins }));
    const { exitCode, output } = await nx(['run', 'listed:turso-push']);
    fs.writeFileSync(file, before);
    expect(exitCode).not.toBe(0);
    for (const text of texts) expect(output).toContain(text);
  });
});

test.each([
  ['init', 'push'],
  ['dump-init', 'dump-push'],
])('the executors %s and %s do the same', async (init, push) => {
  const name = `by-${init}`;
  addApp(name, {
    ...ENV,
    'project.json': JSON.stringify({
      name,
      targets: {
        start: { executor: `turso-sync-plugin:${init}` },
        send: { executor: `turso-sync-plugin:${push}`, dependsOn: ['start'] },
      },
    }),
  });
  const { exitCode, output } = await nx(['run', `${name}:send`]);
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  expect(output).toMatch(/Working copy made[^]*Nothing to push\./);
});
