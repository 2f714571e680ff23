import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { parse } from 'yaml';
import { home, ONE_PROCESS, run, type Ended } from './workspace.fixture';

/** Where a job of a CI runs, and what it knows. */
export interface JobPlace {
  /** The checkout. Its packages are there, since installing them may compile for minutes: that step is left out. */
  readonly folder: string;
  /** The variables that the CI sets. */
  readonly variables: Readonly<Record<string, string>>;
  /** The secrets of the job. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** How a job ended. */
export interface JobRun {
  /** Null if its conditions are not met. */
  readonly conclusion: 'success' | 'failure' | null;
  readonly output: string;
  /** The folder that it keeps; null if it keeps none. */
  readonly kept: string | null;
  /** All variables of its steps. */
  readonly environment: Readonly<Record<string, string>>;
}

const SKIPPED: JobRun = { conclusion: null, output: '', kept: null, environment: {} };

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface GithubJob {
  readonly if?: string;
  readonly steps: readonly Step[];
}

/** Runs a job of a workflow file as GitHub Actions does: conditions, expressions, and each script by `bash -e`. */
export async function runGithubJob(
  text: string,
  name: string,
  event: Readonly<Record<string, unknown>>,
  { folder, variables, secrets }: JobPlace,
): Promise<JobRun> {
  const { jobs } = parse(text) as { jobs: Record<string, GithubJob> };
  const job = jobs[name] ?? { steps: [] };
  const github = { ...event, repository: 'o/r', token: secrets['GITHUB_TOKEN'] };
  const outcomes: Record<string, { outcome: string }> = {};
  let status: 'success' | 'failure' = 'success';
  const context = (): object => ({
    github,
    secrets,
    steps: outcomes,
    job: { status },
    cancelled: () => false,
    success: () => status === 'success',
    failure: () => status === 'failure',
  });
  const evaluate = (expression: string): unknown => vm.runInNewContext(expression, context()) as unknown;
  const filled = (part: string): string =>
    part.replace(/\$\{\{(.+?)\}\}/g, (_, expression: string) => String(evaluate(expression)));
  if (job.if !== undefined && evaluate(job.if) !== true) return SKIPPED;
  const file = path.join(folder, '.git', 'event.json');
  fs.writeFileSync(file, JSON.stringify(event['event']));
  let output = '';
  let kept: string | null = null;
  const environment: Record<string, string> = {};
  for (const step of job.steps) {
    const condition = step.if?.replace(/^\$\{\{(.+)\}\}$/, '$1') ?? 'success()';
    const isWanted = evaluate(condition) === true;
    let ended: Ended = { exitCode: 0, output: '' };
    if (isWanted && step.uses?.startsWith('actions/upload-artifact@') === true)
      kept = path.join(folder, step.with?.['path'] ?? '');
    if (isWanted && step.run !== undefined && step.name !== 'Install the packages') {
      const own = Object.fromEntries(
        Object.entries(step.env ?? {}).map(([key, value]) => [key, filled(value)]),
      );
      Object.assign(environment, own);
      ended = await bash(['-e', '-c', filled(step.run)], folder, {
        ...{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'o/r', GITHUB_EVENT_PATH: file },
        ...variables,
        ...own,
      });
      output += ended.output;
    }
    const outcome = !isWanted ? 'skipped' : ended.exitCode === 0 ? 'success' : 'failure';
    if (step.id !== undefined) outcomes[step.id] = { outcome };
    if (outcome === 'failure') status = 'failure';
  }
  return { conclusion: status, output, kept, environment };
}

interface GitlabJob {
  readonly extends?: string;
  readonly rules?: readonly { readonly if: string }[];
  readonly script?: readonly string[];
  readonly artifacts?: { readonly paths: readonly string[] };
}

/** Runs a job of a file of GitLab CI: rules, what it extends, and all of its lines in one shell that ends with the first error. */
export async function runGitlabJob(
  text: string,
  name: string,
  { folder, variables, secrets }: JobPlace,
): Promise<JobRun> {
  const jobs = parse(text) as Record<string, GitlabJob>;
  const own = jobs[name] ?? {};
  const job = { ...jobs[own.extends ?? ''], ...own };
  const environment = { GITLAB_CI: 'true', CI_PROJECT_ID: '42', CI_JOB_NAME: name, ...variables, ...secrets };
  const valueOf: Readonly<Record<string, string | undefined>> = environment;
  const isMet = (rule: string): boolean =>
    vm.runInNewContext(rule.replace(/\$(\w+)/g, (_, key: string) => JSON.stringify(valueOf[key] ?? null))) ===
    true;
  if (!(job.rules ?? []).some((rule) => isMet(rule.if))) return SKIPPED;
  const script = (job.script ?? []).join('\n');
  const { exitCode, output } = await bash(['-eo', 'pipefail', '-c', script], folder, environment);
  const kept = job.artifacts?.paths[0];
  return {
    conclusion: exitCode === 0 ? 'success' : 'failure',
    output,
    kept: kept === undefined ? null : path.join(folder, kept),
    environment,
  };
}

function bash(
  args: readonly string[],
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<Ended> {
  const { PATH = '' } = process.env;
  const own = {
    CI: 'true',
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NO_COLOR: '1',
    npm_config_prefer_offline: 'true',
    ...ONE_PROCESS,
  };
  // A cache of its own: Nx shares one between all clones of a machine.
  const cache = { NX_CACHE_DIRECTORY: path.join(folder, '.nx', 'cache') };
  return run('bash', args, { PATH, HOME: home, ...own, ...cache, ...variables }, folder);
}
