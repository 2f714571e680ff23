import fs from 'node:fs';
import path from 'node:path';
import type { GeneratorCallback, Tree } from '@nx/devkit';
import { findFacts } from '../ci/find-facts';
import { githubWorkflow, WORKFLOW_FILE } from '../ci/github-workflow';
import { GITLAB_FILE, gitlabJobs, INCLUDE, JOBS_FILE } from '../ci/gitlab-jobs';
import { loadBasics, type Basics } from './load-basics';

/** Options of the generator `turso-sync-plugin:ci`. */
export interface CiGeneratorOptions {
  /**
   * The host of the code. Default follows the workspace: `.github`, `.gitlab-ci.yml`, or the address of the git remote
   * `origin`.
   */
  readonly provider?: 'github' | 'gitlab';
  /** The target that creates the data. Default is the plugin option `produce`. */
  readonly produce?: string;
  /** The environment to push to. Default is the one without a configuration. */
  readonly environment?: string;
  /** Replace existing files. Default is false. */
  readonly force?: boolean;
}

/**
 * Writes a CI workflow. On a pull request, it reviews the changes of a push, in one comment and in artifacts. On the
 * main branch, it pushes exactly these. It replaces existing files only with `force`. It needs no `@nx/devkit`.
 */
export default async function ci(tree: Tree, options: CiGeneratorOptions = {}): Promise<GeneratorCallback> {
  const basics = loadBasics();
  const provider = options.provider ?? findProvider(tree);
  const facts = await findFacts(tree, basics, options);
  const notes = [...addCommand(tree, basics, facts.exec)];
  if (facts.produce === null)
    notes.push('No target creates data before the review. To run one, add --produce=<target>.');
  if (provider === 'github') {
    place(tree, WORKFLOW_FILE, githubWorkflow(facts), options);
    notes.push(`Set the secrets ${facts.variables.join(', ')}. ${WRITE_TOKEN}`);
  } else {
    place(tree, JOBS_FILE, gitlabJobs(facts), options);
    notes.push(
      ...include(tree),
      `Set the CI/CD variables ${facts.variables.join(', ')} and GITLAB_TOKEN. ${WRITE_TOKEN}`,
    );
  }
  return () => void process.stdout.write(`${['', ...notes].join('\n')}\n`);
}

const WRITE_TOKEN =
  'Only the environment turso-sync needs a token that can write. Elsewhere, use a read-only one.';

function findProvider(tree: Tree): 'github' | 'gitlab' {
  const hasGithub = tree.exists('.github');
  const hasGitlab = tree.exists(GITLAB_FILE);
  if (hasGithub !== hasGitlab) return hasGithub ? 'github' : 'gitlab';
  const host = originOf(tree.root);
  if (/github/i.test(host)) return 'github';
  if (/gitlab/i.test(host)) return 'gitlab';
  throw new Error('Cannot tell which CI you use. Add --provider=github or --provider=gitlab.');
}

/** Returns the host of the git remote `origin`, or an empty string. */
function originOf(root: string): string {
  const config = path.join(root, '.git', 'config');
  const text = fs.existsSync(config) ? fs.readFileSync(config, 'utf8') : '';
  const url = /\[remote "origin"\][^[]*?^\s*url\s*=\s*(.+)$/m.exec(text)?.[1] ?? '';
  return /^(?:[\w+]+:\/\/)?(?:[^@/]*@)?([^:/]+)/.exec(url)?.[1] ?? '';
}

function place(tree: Tree, file: string, text: string, { force }: CiGeneratorOptions): void {
  if (tree.exists(file) && tree.read(file, 'utf8') !== text && force !== true)
    throw new Error(`${file} already exists. Add --force to replace it.`);
  tree.write(file, text);
}

/** Lets the pipeline include the jobs, if that is safe. Returns the remaining steps for the user. */
function include(tree: Tree): string[] {
  const text = tree.exists(GITLAB_FILE) ? (tree.read(GITLAB_FILE, 'utf8') ?? '') : '';
  if (text.includes(JOBS_FILE)) return [];
  // GitLab accepts no YAML with two keys of one name.
  if (/^["']?include\b/m.test(text)) return [`Add to "include" in ${GITLAB_FILE}:\n  - local: ${JOBS_FILE}`];
  tree.write(GITLAB_FILE, text.trim() === '' ? INCLUDE : `${text.trimEnd()}\n\n${INCLUDE}`);
  return [];
}

// With npm and the first Yarn, a dependency's dependency can provide the command. Others allow only the workspace's
// own.
function addCommand(tree: Tree, { readJson, writeJson }: Basics, exec: string): string[] {
  if (exec === 'npx' || !tree.exists('package.json')) return [];
  type Manifest = Record<'dependencies' | 'devDependencies', Record<string, string> | undefined>;
  const manifest = readJson<Manifest>(tree, 'package.json');
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  if ('turso-core' in all) return [];
  const devDependencies = { ...manifest.devDependencies, 'turso-core': all['turso-sync-plugin'] ?? '*' };
  writeJson(tree, 'package.json', { ...manifest, devDependencies });
  return ['Added turso-core to package.json, for its command. Install it, and commit the lock file.'];
}
