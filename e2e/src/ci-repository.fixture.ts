import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeFiles } from '@turso-sync/testing';
import { workspace } from './workspace.fixture';

/** A repository with a project whose data a file of SQL makes, and its checkouts. */
export interface CiRepository {
  readonly folder: string;
  /** Commits a change of the data to the branch of the pull request, and returns the commit. */
  change(sql: string): string;
  /** A checkout for the job of the pull request: its merge with main, which nobody has made yet. */
  checkoutMerge(): string;
  /** Merges the pull request, and returns main's commits before and after. */
  merge(): { readonly before: string; readonly after: string };
  checkoutMain(): string;
}

/** Lets the script find the library of turso-core, wherever npm has put it. */
const PRODUCE = `const { createRequire } = require('node:module');
const Database = createRequire(require.resolve('turso-core'))('better-sqlite3');
const fs = require('node:fs');
const db = new Database('working_copy.db', { fileMustExist: true });
db.exec(fs.readFileSync('change.sql', 'utf8'));
db.close();
`;

const NX_FILES = {
  'nx.json': {
    plugins: [{ plugin: 'turso-sync-plugin', options: { produce: 'schedule' } }],
    defaultBase: 'main',
    analytics: false,
  },
  'apps/mailer/project.json': {
    name: 'mailer',
    targets: {
      schedule: {
        dependsOn: ['turso-init'],
        executor: 'nx:run-commands',
        options: { command: 'node produce.js', cwd: '{projectRoot}' },
      },
      test: { executor: 'nx:run-commands', options: { command: 'node -e 0' } },
    },
  },
  'apps/mailer/turso-sync.config.json': {},
};

/**
 * Makes a repository beside the workspace, since its lock file names packages relative to that.
 *
 * @param project - the folder of the project with the data: `apps/mailer` in an Nx workspace, or the root.
 */
export function makeRepository(name: string, project: 'apps/mailer' | '.'): CiRepository {
  const parent = path.dirname(workspace);
  const folder = path.join(parent, `${name}-repository`);
  const git = (place: string, ...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...words], {
      cwd: place,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  writeFiles(folder, {
    ...(project === '.' ? {} : NX_FILES),
    '.nvmrc': '22',
    '.gitignore': ['node_modules', '.nx', '.turso', 'working_copy.*', ''].join('\n'),
    [path.join(project, 'produce.js')]: PRODUCE,
    [path.join(project, 'change.sql')]: 'SELECT 1',
  });
  for (const file of ['package.json', 'package-lock.json'])
    fs.copyFileSync(path.join(workspace, file), path.join(folder, file));
  const commit = (message: string): string => {
    git(folder, 'add', '-A');
    git(folder, 'commit', '-q', '--allow-empty', '-m', message);
    return git(folder, 'rev-parse', 'HEAD');
  };
  git(folder, 'init', '-q', '-b', 'main');
  commit('first');
  let checkouts = 0;
  const clone = (): string => {
    const place = path.join(parent, `${name}-checkout-${++checkouts}`);
    git(parent, 'clone', '-q', '-b', 'main', folder, place);
    return place;
  };
  return {
    folder,
    change(sql) {
      git(folder, 'checkout', '-q', '-B', 'change');
      fs.writeFileSync(path.join(folder, project, 'change.sql'), sql);
      const made = commit('change');
      git(folder, 'checkout', '-q', 'main');
      return made;
    },
    checkoutMerge() {
      const place = clone();
      git(place, 'merge', '-q', '--no-ff', '-m', 'merge', 'origin/change');
      return place;
    },
    merge() {
      const before = git(folder, 'rev-parse', 'HEAD');
      git(folder, 'merge', '-q', '--no-ff', '-m', 'merge', 'change');
      return { before, after: git(folder, 'rev-parse', 'HEAD') };
    },
    checkoutMain: clone,
  };
}

/** Puts the packages of one checkout into another, as links. */
export function shareModules(from: string, to: string): void {
  execFileSync('cp', ['-al', path.join(from, 'node_modules'), path.join(to, 'node_modules')]);
}
