import fs from 'node:fs';
import path from 'node:path';
import { addApp, nx, type App } from './workspace.fixture';

/** Runs the generators as `nx add` and people do, in a workspace, and checks what they write; with `--dry-run`, nothing. */
export async function checkGenerators(place: string): Promise<void> {
  const file = (name: string): string => path.join(place, name);
  const read = (name: string): string => fs.readFileSync(file(name), 'utf8');
  fs.writeFileSync(file('nx.json'), JSON.stringify({ defaultBase: 'main', analytics: false }));
  fs.writeFileSync(file('.gitignore'), 'node_modules\n.nx\n');
  const app = addApp('generated', { '.env': 'TURSO_DATABASE_URL=file:./remote.db\n' }, place);
  fs.rmSync(path.join(app.directory, 'turso-sync.config.json'));
  const generate = async (...words: string[]): Promise<void> => {
    const run = await nx(['generate', ...words, '--no-interactive'], {}, place);
    expect(run).toMatchObject({ exitCode: 0 });
  };

  const before = stateOf(place, app);
  await generate('turso-sync-plugin:init', '--dry-run');
  await generate('turso-sync-plugin:configuration', 'generated', '--convert', '--dry-run');
  expect(stateOf(place, app)).toEqual(before);

  await generate('turso-sync-plugin:init');
  expect(JSON.parse(read('nx.json'))).toMatchObject({ plugins: ['turso-sync-plugin'] });
  expect(read('.gitignore')).toBe('node_modules\n.nx\n\n# turso-sync\n.turso\nworking_copy.*\n.env*.local\n');
  const added = stateOf(place, app);
  await generate('turso-sync-plugin:init');
  expect(stateOf(place, app)).toEqual(added);

  await generate('turso-sync-plugin:configuration', 'generated');
  expect((await nx(['run', 'generated:turso-init'], {}, place)).output).toContain('Working copy made: ');
  await generate('turso-sync-plugin:configuration', 'generated', '--convert');
  expect(JSON.parse(read('nx.json'))).toMatchObject({
    plugins: [{ plugin: 'turso-sync-plugin', exclude: ['apps/generated/**'] }],
  });
  expect(fs.readFileSync(path.join(app.directory, 'project.json'), 'utf8')).toContain(
    'turso-sync-plugin:push',
  );
  const push = await nx(['run', 'generated:turso-push'], {}, place);
  expect(push).toMatchObject({ exitCode: 0 });
  for (const text of ['built', 'tested', 'Nothing to push.']) expect(push.output).toContain(text);
  // The written key is as good as the inferred one.
  expect((await nx(['run', 'generated:turso-snapshot'], {}, place)).output).toMatch(
    /local cache|existing outputs match the cache/,
  );
}

/** What generators might change. */
function stateOf(place: string, { directory }: App): object {
  const read = (file: string): string | null => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null);
  return {
    ...Object.fromEntries(
      ['nx.json', '.gitignore', 'package.json'].map((name) => [name, read(path.join(place, name))]),
    ),
    project: read(path.join(directory, 'project.json')),
    files: fs.readdirSync(directory).sort(),
  };
}
