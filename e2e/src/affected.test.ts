import fs from 'node:fs';
import path from 'node:path';
import { addApp, command, nx, workspace } from './workspace.fixture';

/** The projects with this target that a change of a file affects. */
async function affected(file: string, target: string): Promise<string[]> {
  const args = ['show', 'projects', '--affected', `--files=${file}`, '--withTarget', target, '--json'];
  const { exitCode, output } = await nx(args);
  expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
  return (JSON.parse(output) as string[]).filter((name) => name.startsWith('affected-')).sort();
}

beforeAll(() => {
  const library = path.join(workspace, 'libs', 'affected-lib');
  fs.mkdirSync(library, { recursive: true });
  fs.writeFileSync(
    path.join(library, 'project.json'),
    JSON.stringify({ name: 'affected-lib', targets: { build: command('lib.js') } }),
  );
  fs.writeFileSync(path.join(library, 'lib.js'), '');
  for (const name of ['affected-app', 'affected-other']) {
    const app = addApp(name, { '.env': 'TURSO_DATABASE_URL=file:./remote.db\n' });
    const file = path.join(app.directory, 'project.json');
    const project = JSON.parse(fs.readFileSync(file, 'utf8')) as object;
    const implicitDependencies = name === 'affected-app' ? ['affected-lib'] : [];
    fs.writeFileSync(file, JSON.stringify({ ...project, implicitDependencies }));
  }
});

test.each([
  ['a source of the app', 'apps/affected-app/build.js', ['affected-app']],
  ['its config', 'apps/affected-app/turso-sync.config.json', ['affected-app']],
  ['a library that it depends on', 'libs/affected-lib/lib.js', ['affected-app']],
  ['another app', 'apps/affected-other/test.js', ['affected-other']],
  ['a file of no project', 'notes.txt', []],
  // Git ignores these, and Nx with it.
  ['its working copy', 'apps/affected-app/working_copy.db', []],
  ['nx.json', 'nx.json', ['affected-app', 'affected-other']],
])('%s affects the same pushes as builds', async (_, file, apps) => {
  if (!fs.existsSync(path.join(workspace, file)) && file !== 'notes.txt')
    fs.writeFileSync(path.join(workspace, file), '');
  const pushes = await affected(file, 'turso-push');
  expect(pushes).toEqual(apps);
  const builds = await affected(file, 'build');
  expect(builds.filter((name) => name !== 'affected-lib')).toEqual(pushes);
});
