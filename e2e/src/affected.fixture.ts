import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { addApp, command, nx } from './workspace.fixture';

/** What a commit changes, and the projects whose data it may change: of all Nx that select projects, and of those that select tasks. */
const COMMITS: readonly (readonly [
  what: string,
  file: string,
  apps: readonly string[],
  byInputs?: readonly string[],
])[] = [
  ['a source of an app', 'apps/one/build.js', ['one']],
  ["a file that the inputs of the app's build leave out", 'apps/one/one.spec.js', ['one'], []],
  ['a source of an app whose targets are written out', 'apps/four/build.js', ['four']],
  ['a file that the inputs of nx.json leave out', 'apps/four/four.spec.js', ['four'], []],
  ['the config of an app', 'apps/two/turso-sync.config.json', ['two']],
  ['a check of an app', 'apps/two/checks/some.sql', ['two']],
  ['a file that only the build of an app reads', 'apps/three/src/some.js', ['three']],
  ['a file that only the target reads that creates data', 'apps/three/data/rows.csv', ['three']],
  ['a file of the workspace that a named input names', 'shared.txt', ['four', 'one']],
  ['a library', 'libs/lib/lib.js', ['one']],
  ['a file of no project', 'notes.md', []],
  // Git ignores these, and Nx with it.
  ['a working copy', 'apps/one/working_copy.db', []],
  ['a state folder', 'apps/one/.turso/default/changes.json', []],
  ['all of Nx', 'nx.json', ['four', 'one', 'three', 'two']],
];

/** What must be affected by the same, and neither is nor waits for another of them. */
const SELECTED = ['turso-push', 'turso-diff', 'turso-check', 'turso-undo'];

/**
 * Commits changes to a workspace with Git, one at a time, and compares what `nx affected` runs of the plugin's targets with what it runs
 * of those that create the data: `build` and, in one app, `schedule`. Nothing is run.
 */
export async function checkAffected(installed: string): Promise<void> {
  const place = makeTempDir('affected-');
  fs.symlinkSync(path.join(installed, 'node_modules'), path.join(place, 'node_modules'));
  const write = (file: string, content: object | string): void => {
    fs.mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
    fs.writeFileSync(path.join(place, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const git = (...words: string[]): unknown =>
    execFileSync('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...words], {
      cwd: place,
      stdio: 'pipe',
    });
  write('package.json', { name: 'affected', private: true });
  write('.gitignore', 'node_modules\n.nx\n.turso\nworking_copy.*\n');
  write('nx.json', {
    plugins: [{ plugin: 'turso-sync-plugin', options: { produce: 'schedule' } }],
    analytics: false,
    namedInputs: {
      production: ['{projectRoot}/**/*', '!{projectRoot}/**/*.spec.js', '{workspaceRoot}/shared.txt'],
    },
    targetDefaults: { build: { inputs: ['production', '^production'] } },
  });
  write('libs/lib/project.json', { name: 'lib', targets: { build: command('lib.js') } });
  for (const [name, inputs] of Object.entries(INPUTS)) {
    addApp(name, { 'turso-sync.config.json': '{"environments": {"staging": {}}}' }, place);
    write(`apps/${name}/project.json`, {
      name,
      implicitDependencies: name === 'one' ? ['lib'] : [],
      targets: {
        build: { ...command('build.js'), ...(inputs === null ? {} : { inputs }) },
        // A gate creates no data, so it affects no push.
        test: { ...command('test.js'), outputs: ['{projectRoot}/coverage'] },
        ...(name === 'three'
          ? { schedule: { ...command('build.js'), inputs: ['{projectRoot}/data/**/*'] } }
          : {}),
      },
    });
  }
  const words = ['turso-sync-plugin:configuration', 'four', '--convert', '--skipFormat', '--no-interactive'];
  expect(await nx(['generate', ...words], {}, place)).toMatchObject({ exitCode: 0 });
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Begin');
  for (const [what, file, apps, byInputs = apps] of COMMITS) {
    const before = fs.existsSync(path.join(place, file))
      ? fs.readFileSync(path.join(place, file), 'utf8')
      : '';
    write(file, `${before}\n`);
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '--message', what);
    const makers = new Set(await affected(place, ['build', 'schedule']));
    const made = [...new Set([...makers].map(projectOf))].sort();
    expect([what, made]).toEqual([what, byInputs.length === made.length ? byInputs : apps]);
    const wanted = made.flatMap((app) => SELECTED.map((target) => `${app}:${target}`)).sort();
    expect([what, await affected(place, SELECTED)]).toEqual([what, wanted]);
    if (file !== 'apps/one/build.js') continue;
    const staged = await affected(place, ['turso-push'], ['-c', 'staging']);
    expect([what, staged]).toEqual([what, ['one:turso-push']]);
  }
}

/** The inputs of each app's build; null for those of nx.json. */
const INPUTS: Readonly<Record<string, readonly string[] | null>> = {
  one: ['production', '^production'],
  two: ['{projectRoot}/**/*'],
  three: ['{projectRoot}/src/**/*'],
  four: null,
};

/** The tasks of these targets that `nx affected` would run after the last commit, without those of the library. */
async function affected(
  place: string,
  targets: readonly string[],
  more: readonly string[] = [],
): Promise<string[]> {
  const words = ['affected', '-t', ...targets, '--base=HEAD~1', '--head=HEAD', ...more, '--graph=stdout'];
  const { exitCode, output } = await nx(words, {}, place);
  expect({ words, exitCode, output }).toMatchObject({ exitCode: 0 });
  const { tasks } = JSON.parse(output.slice(output.indexOf('{'))) as {
    tasks: { tasks: Record<string, Task> };
  };
  return Object.values(tasks.tasks)
    .map(({ target }) => target)
    .filter(({ project, target }) => project !== 'lib' && targets.includes(target))
    .map(({ project, target }) => `${project}:${target}`)
    .sort();
}

const projectOf = (task: string): string => task.slice(0, task.indexOf(':'));

interface Task {
  readonly target: { readonly project: string; readonly target: string };
}
