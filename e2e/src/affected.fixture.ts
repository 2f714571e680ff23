import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { addApp, command, nx } from './workspace.fixture';

/** What a commit changes, and the projects that it affects. */
const COMMITS: readonly (readonly [what: string, file: string, apps: readonly string[]])[] = [
  ['a source of an app', 'apps/one/build.js', ['one']],
  ["a file that the inputs of the app's build leave out", 'apps/one/one.spec.js', ['one']],
  ['the config of an app', 'apps/two/turso-sync.config.json', ['two']],
  ['a check of an app', 'apps/two/checks/some.sql', ['two']],
  ['a file of the workspace that a named input names', 'shared.txt', ['one']],
  ['a library', 'libs/lib/lib.js', ['one']],
  ['a file of no project', 'notes.md', []],
  // Git ignores these, and Nx with it.
  ['a working copy', 'apps/one/working_copy.db', []],
  ['a state folder', 'apps/one/.turso/default/changes.json', []],
  ['all of Nx', 'nx.json', ['one', 'two']],
];

/**
 * Commits changes to a workspace with Git, one at a time, and compares what `nx affected` runs for `turso-push` and for `build`, with
 * and without a configuration. Nothing is run.
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
    plugins: ['turso-sync-plugin'],
    analytics: false,
    namedInputs: {
      production: ['{projectRoot}/**/*', '!{projectRoot}/**/*.spec.js', '{workspaceRoot}/shared.txt'],
    },
  });
  write('libs/lib/project.json', { name: 'lib', targets: { build: command('lib.js') } });
  for (const name of ['one', 'two']) {
    addApp(name, { 'turso-sync.config.json': '{"environments": {"staging": {}}}' }, place);
    const inputs = name === 'one' ? ['production', '^production'] : ['{projectRoot}/**/*'];
    write(`apps/${name}/project.json`, {
      name,
      implicitDependencies: name === 'one' ? ['lib'] : [],
      targets: { build: { ...command('build.js'), inputs }, test: command('test.js') },
    });
  }
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Begin');
  for (const [what, file, apps] of COMMITS) {
    const before = fs.existsSync(path.join(place, file))
      ? fs.readFileSync(path.join(place, file), 'utf8')
      : '';
    write(file, `${before}\n`);
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '--message', what);
    const roots = async (target: string, ...more: string[]): Promise<string[]> => {
      const words = ['affected', '-t', target, '--base=HEAD~1', '--head=HEAD', ...more, '--graph=stdout'];
      const { exitCode, output } = await nx(words, {}, place);
      expect({ words, exitCode, output }).toMatchObject({ exitCode: 0 });
      const { tasks } = JSON.parse(output.slice(output.indexOf('{'))) as {
        tasks: { tasks: Record<string, Task> };
      };
      const own = Object.values(tasks.tasks).filter(({ target: { target: name } }) => name === target);
      return own
        .map(({ target: { project } }) => project)
        .filter((name) => name !== 'lib')
        .sort();
    };
    const builds = await roots('build');
    expect({ what, builds }).toEqual({ what, builds: apps });
    expect({ what, pushes: await roots('turso-push') }).toEqual({ what, pushes: builds });
    const staged = file === 'apps/one/build.js' ? await roots('turso-push', '-c', 'staging') : builds;
    expect({ what, staged }).toEqual({ what, staged: builds });
  }
}

interface Task {
  readonly target: { readonly project: string; readonly target: string };
}
