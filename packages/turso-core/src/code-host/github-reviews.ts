import fs from 'node:fs';
import { TursoSyncError } from '../errors';
import type { Api } from './api';
import { githubApi, type GithubAccess } from './github';
import { isCommit, mergedBy } from './merged';
import { idOf, numberOf, objectOf, textOf, type Part } from './parts';
import { FROM_FORK, MOST_COMMITS, type MergedPullRequest, type PushJob, type Reviews } from './reviews';

/**
 * Finds the pull requests merged by a push to a branch of a GitHub repository, and the artifacts of their runs.
 *
 * A waiting run is cancelled once another waits behind it. So this covers all commits since the last run that was not
 * cancelled.
 */
export function openGithubReviews(access: GithubAccess, { archive, variables }: PushJob): Reviews {
  const api = githubApi(access.apiUrl, access.token);
  const repository = `repos/${access.repository.split('/').map(encodeURIComponent).join('/')}`;
  const job = jobOf(variables);
  return {
    async merged() {
      const commits = await pushedCommits(api, repository, job);
      return mergedBy({
        commits,
        pullsOf: (commit) => api.list(`${repository}/commits/${commit}/pulls?per_page=100`),
        mergedOf: (pull) => mergedInto(pull, job.branch, commits),
      });
    },
    async archiveOf({ head, isFork }) {
      if (isFork) return { none: FROM_FORK };
      const run = await lastRun(api, repository, head, job.workflow);
      if (run === null) return { missing: 'this workflow has not run for its last commit', retryable: false };
      if (run['status'] !== 'completed')
        return { missing: 'the run for its last commit has not ended yet', retryable: true };
      if (run['conclusion'] !== 'success')
        return { missing: 'the run for its last commit has failed', retryable: false };
      const query = new URLSearchParams({ name: archive, per_page: '100' });
      const artifacts: Part[] = [];
      const pages = `${repository}/actions/runs/${idOf(run)}/artifacts?${query.toString()}`;
      for await (const item of api.list(pages, 'artifacts'))
        if (objectOf(item)['name'] === archive) artifacts.push(objectOf(item));
      const last = artifacts.sort((a, b) => idOf(b) - idOf(a))[0];
      if (last === undefined) return { none: 'its run had nothing to review' };
      if (last['expired'] === true) return { missing: 'the artifact has expired', retryable: false };
      return { bytes: await api.download(`${repository}/actions/artifacts/${idOf(last)}/zip`) };
    },
  };
}

/** A run of the workflow for a push. */
interface Job {
  readonly branch: string;
  /** The path of the workflow's file. */
  readonly workflow: string;
  readonly runNumber: number;
  /** The branch's commits before and after the push. */
  readonly before: string;
  readonly after: string;
}

function jobOf(variables: PushJob['variables']): Job {
  const branch = /^refs\/heads\/(.+)$/.exec(variables['GITHUB_REF'] ?? '')?.[1];
  const workflow = /^[^/]+\/[^/]+\/(.+?)@/.exec(variables['GITHUB_WORKFLOW_REF'] ?? '')?.[1];
  const { before, after } = eventOf(variables['GITHUB_EVENT_PATH'] ?? '');
  if (branch === undefined || workflow === undefined || !isCommit(before) || !isCommit(after))
    throw new TursoSyncError('CODE_HOST_UNKNOWN', 'This is no run of a workflow for a push to a branch.', {
      hint: 'Run `turso-sync reviewed` in a job on `push`, such as the generator ci writes.',
    });
  return { branch, workflow, before, after, runNumber: Number(variables['GITHUB_RUN_NUMBER']) };
}

function eventOf(file: string): Part {
  try {
    return objectOf(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

async function pushedCommits(api: Api, repository: string, job: Job): Promise<string[]> {
  const since = (await lastExecuted(api, repository, job)) ?? job.before;
  // The push created the branch.
  if (/^0+$/.test(since)) return [job.after];
  const commits: string[] = [];
  const pages = `${repository}/compare/${since}...${job.after}?per_page=100`;
  for await (const item of api.list(pages, 'commits')) {
    const sha = objectOf(item)['sha'];
    if (isCommit(sha)) commits.push(sha);
  }
  return commits.slice(-MOST_COMMITS);
}

/** Returns the commit of the last executed run before this one. */
async function lastExecuted(
  api: Api,
  repository: string,
  { branch, workflow, runNumber }: Job,
): Promise<string | null> {
  const query = new URLSearchParams({ branch, event: 'push', per_page: '100' });
  const pages = `${repository}/actions/runs?${query.toString()}`;
  for await (const item of api.list(pages, 'workflow_runs')) {
    const run = objectOf(item);
    const number = numberOf(run, 'run_number') ?? Infinity;
    const hadTurn = run['conclusion'] === 'success' || run['conclusion'] === 'failure';
    if (run['path'] === workflow && number < runNumber && hadTurn) return textOf(run, 'head_sha');
  }
  return null;
}

function mergedInto(pull: Part, branch: string, commits: readonly string[]): MergedPullRequest | null {
  const number = numberOf(pull, 'number');
  const head = textOf(objectOf(pull['head']), 'sha');
  const mergedAt = textOf(pull, 'merged_at');
  const isHere =
    textOf(objectOf(pull['base']), 'ref') === branch &&
    commits.includes(textOf(pull, 'merge_commit_sha') ?? '');
  if (!isHere || number === null || head === null || mergedAt === null) return null;
  // Null if it was deleted.
  const repositoryOf = (side: string): unknown => objectOf(objectOf(pull[side])['repo'])['id'];
  return { number, head, mergedAt, isFork: repositoryOf('head') !== repositoryOf('base') };
}

/**
 * Returns the last executed run of this workflow for a commit. Only runs of this repository count: a fork may have the
 * same commit, and could put anything into its artifacts.
 */
async function lastRun(api: Api, repository: string, head: string, workflow: string): Promise<Part | null> {
  const query = new URLSearchParams({ head_sha: head, event: 'pull_request', per_page: '100' });
  let last: Part | null = null;
  for await (const item of api.list(`${repository}/actions/runs?${query.toString()}`, 'workflow_runs')) {
    const run = objectOf(item);
    const isOurs =
      run['path'] === workflow &&
      run['head_sha'] === head &&
      run['event'] === 'pull_request' &&
      run['conclusion'] !== 'cancelled' &&
      numberOf(objectOf(run['head_repository']), 'id') === idOf(objectOf(run['repository']));
    if (isOurs && (numberOf(run, 'run_number') ?? 0) > (numberOf(last ?? {}, 'run_number') ?? -1)) last = run;
  }
  return last;
}
