import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Tree } from '@nx/devkit';
import { FsTree } from 'nx/src/generators/tree';
import { parse } from 'yaml';
import { ACTIONS } from '../ci/actions';
import { makeWorkspace } from '../workspace.fixture';
import ci, { type CiGeneratorOptions } from './ci';

const WORKFLOW = '.github/workflows/turso-sync.yml';
const JOBS = '.gitlab/turso-sync.yml';

function makeTree(files: Readonly<Record<string, unknown>> = {}): Tree {
  const root = makeWorkspace({
    'nx.json': {},
    'package.json': {},
    'package-lock.json': {},
    'apps/mailer/project.json': { name: 'mailer' },
    'apps/mailer/turso-sync.config.json': {},
    ...files,
  });
  return new FsTree(root, false);
}

/** Runs the generator, and returns its output. */
async function generate(tree: Tree, options: CiGeneratorOptions = {}): Promise<string> {
  const told: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => told.push(String(text)) > 0);
  try {
    const callback = await ci(tree, options);
    await callback();
  } finally {
    spy.mockRestore();
  }
  return told.join('');
}

const read = (tree: Tree, file: string): string => tree.read(file, 'utf8') ?? '';

interface Workflow {
  readonly permissions: object;
  readonly on: object;
  readonly jobs: Record<
    string,
    {
      readonly permissions: Record<string, string>;
      readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
      readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: object }[];
    }
  >;
}

test('the workflow of GitHub asks for no more than it needs', async () => {
  const tree = makeTree();
  expect(await generate(tree, { provider: 'github' })).toContain(
    'Set the secrets TURSO_DATABASE_URL, TURSO_AUTH_TOKEN.',
  );
  const text = read(tree, WORKFLOW);
  const { on, permissions, jobs } = parse(text) as Workflow;
  expect(on).toEqual({ pull_request: null, push: { branches: ['main'] } });
  expect(text).not.toContain('pull_request_target');
  expect(permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    review: { contents: 'read', 'pull-requests': 'write' },
    'no-review': {},
    apply: { contents: 'read', actions: 'read', 'pull-requests': 'read' },
  });
  expect(jobs['apply']?.concurrency).toEqual({ group: 'turso-sync-apply', 'cancel-in-progress': false });
  // No step that installs or comments has the token of the database, and none runs in a job without its check.
  for (const job of Object.values(jobs))
    for (const { run = '', env = {} } of job.steps) {
      expect('TURSO_AUTH_TOKEN' in env).toBe(run.includes(' nx '));
      expect('GITHUB_TOKEN' in env).toBe(run.includes('turso-sync '));
      // Text chosen by others is never part of a script.
      expect(run).not.toMatch(/\$\{\{(?! job\.status == 'failure')/);
    }
  for (const { uses } of Object.values(jobs).flatMap((job) => job.steps))
    if (uses !== undefined) expect(uses).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
});

test('each action is named by a whole commit, with its version as a comment', () => {
  for (const action of Object.values(ACTIONS))
    expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each([
  ['npm', { 'package-lock.json': {} }, 'npx', 'npm ci'],
  ['npm without a lock file', { 'package-lock.json': null }, 'npx', 'npm install'],
  ['pnpm', { 'pnpm-lock.yaml': '' }, 'pnpm exec', 'pnpm install --frozen-lockfile'],
  ['Yarn 1', { 'yarn.lock': '' }, 'yarn', 'yarn install --frozen-lockfile'],
  ['Yarn', { 'yarn.lock': '', '.yarnrc.yml': '' }, 'yarn', 'yarn install --immutable'],
])('packages are installed by %s', async (_, files, exec, install) => {
  for (const [provider, file] of [
    ['github', WORKFLOW],
    ['gitlab', JOBS],
  ] as const) {
    const tree = makeTree(files);
    if (Object.values(files)[0] === null) tree.delete('package-lock.json');
    await generate(tree, { provider });
    const text = read(tree, file);
    expect(text).toContain(install);
    expect(text).toContain(`${exec} nx affected -t turso-diff`);
    expect(text).toContain(`${exec} turso-sync comment`);
    const { devDependencies } = JSON.parse(read(tree, 'package.json')) as { devDependencies?: object };
    expect(devDependencies).toEqual(exec === 'npx' ? undefined : { 'turso-core': '*' });
  }
});

test('Node, branch, targets, variables and the environment are those of the workspace', async () => {
  const options = { produce: 'make it', diffTargetName: 'db-diff', pushTargetName: 'db-push' };
  const tree = makeTree({
    'nx.json': { defaultBase: 'origin/trunk', plugins: [{ plugin: 'turso-sync-plugin', options }] },
    'package.json': { engines: { node: '>=22' } },
    'apps/mailer/turso-sync.config.json': {
      encryptionKeyVariable: 'DB_KEY',
      environments: { production: { urlVariable: 'PROD_URL', authTokenVariable: 'PROD_TOKEN' } },
    },
    'apps/other/project.json': { name: 'other' },
    'apps/other/package.json': { 'turso-sync': { urlVariable: 'OTHER_URL' } },
  });
  await generate(tree, { provider: 'github', environment: 'production' });
  const text = read(tree, WORKFLOW);
  for (const part of [
    'branches: [trunk]',
    'node-version-file: package.json',
    "npx nx affected -t 'make it' --configuration=production --base=HEAD^1 --head=HEAD\n",
    'npx nx affected -t db-diff --configuration=production --base=HEAD^1 --head=HEAD --review=turso-review\n',
    'npx nx run-many -t db-push --configuration=production --projects=',
    ...['PROD_URL', 'PROD_TOKEN', 'DB_KEY', 'OTHER_URL', 'TURSO_AUTH_TOKEN'].map(
      (n) => `${n}: \${{ secrets.${n} }}`,
    ),
  ])
    expect(text).toContain(part);
  tree.write('.nvmrc', 'v20.19.1\n');
  await generate(tree, { provider: 'github', force: true });
  expect(read(tree, WORKFLOW)).toContain('node-version-file: .nvmrc');
  await generate(tree, { provider: 'gitlab' });
  expect(read(tree, JOBS)).toContain('image: node:20.19.1\n');
});

test('a file that is there is replaced only by --force', async () => {
  const tree = makeTree({ [WORKFLOW]: 'mine', [JOBS]: 'mine' });
  for (const [provider, file] of [
    ['github', WORKFLOW],
    ['gitlab', JOBS],
  ] as const) {
    await expect(ci(tree, { provider })).rejects.toThrow(`${file} already exists. Add --force`);
    expect(read(tree, file)).toBe('mine');
    await generate(tree, { provider, force: true });
    expect(read(tree, file)).toContain('turso-diff');
    // A second run changes nothing.
    await generate(tree, { provider });
  }
});

test.each([
  ['no pipeline', undefined, 'include:\n  - local: .gitlab/turso-sync.yml\n', false],
  [
    'one without includes',
    'build:\n  script: make\n',
    'build:\n  script: make\n\ninclude:\n  - local: .gitlab/turso-sync.yml\n',
    false,
  ],
  ['one with includes', 'include: other.yml\n', 'include: other.yml\n', true],
  [
    'one that includes it',
    'include:\n  - .gitlab/turso-sync.yml\n',
    'include:\n  - .gitlab/turso-sync.yml\n',
    false,
  ],
])('GitLab, with %s', async (_, before, after, tells) => {
  const tree = makeTree(before === undefined ? {} : { '.gitlab-ci.yml': before });
  const told = await generate(tree, { provider: 'gitlab' });
  expect(read(tree, '.gitlab-ci.yml')).toBe(after);
  expect(told.includes('Add to "include" in .gitlab-ci.yml')).toBe(tells);
  const jobs = parse(read(tree, JOBS)) as Record<string, { resource_group?: string }>;
  expect(Object.keys(jobs)).toEqual(['.turso-sync', 'turso-review', 'turso-no-review', 'turso-apply']);
  expect(jobs['turso-apply']?.resource_group).toBe('turso-sync');
});

describe('without --provider', () => {
  const written = async (tree: Tree): Promise<string[]> => {
    await generate(tree);
    return [WORKFLOW, JOBS].filter((file) => tree.exists(file));
  };

  test('the files of the workspace tell which CI it is, else its git remote', async () => {
    expect(await written(makeTree({ '.github/dependabot.yml': '' }))).toEqual([WORKFLOW]);
    expect(await written(makeTree({ '.gitlab-ci.yml': '' }))).toEqual([JOBS]);
    for (const [url, file] of [
      ['git@github.com:o/r.git', WORKFLOW],
      ['https://user:secret@gitlab.example.com/github/r.git', JOBS],
    ] as const) {
      const tree = makeTree();
      execFileSync('git', ['init', '-q'], { cwd: tree.root });
      execFileSync('git', ['remote', 'add', 'origin', url], { cwd: tree.root });
      expect(await written(tree)).toEqual([file]);
    }
  });

  test('it is refused if nothing tells', async () => {
    const tree = makeTree();
    await expect(ci(tree)).rejects.toThrow('Add --provider=github or --provider=gitlab.');
    expect(tree.listChanges()).toEqual([]);
  });
});

test('the scripts are right shell', async () => {
  const tree = makeTree();
  await generate(tree, { provider: 'github', produce: "it's" });
  const { jobs } = parse(read(tree, WORKFLOW)) as Workflow;
  const scripts = Object.values(jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
  expect(scripts.length).toBeGreaterThan(7);
  for (const script of scripts) execFileSync('bash', ['-n', '-c', script], { cwd: path.dirname(tree.root) });
});

test('the example has the workflow that the generator writes', async () => {
  const tree = new FsTree(path.join(__dirname, '../../../../examples/reviewed-in-ci'), false);
  await generate(tree, { provider: 'github', force: true });
  expect(tree.listChanges()).toEqual([]);
});
