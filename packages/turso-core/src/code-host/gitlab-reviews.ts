import { TursoSyncError } from '../errors';
import type { Api } from './api';
import { gitlabApi, type GitlabAccess } from './gitlab';
import { isCommit, mergedBy } from './merged';
import { idOf, numberOf, objectOf, textOf, type Part } from './parts';
import { FROM_FORK, MOST_COMMITS, type MergedPullRequest, type PushJob, type Reviews } from './reviews';

/**
 * Finds the merge requests merged by a push to a branch of a GitLab project, and the artifacts of their jobs.
 *
 * A waiting pipeline may be cancelled for a newer one. So this covers all commits since the last executed job.
 */
export function openGitlabReviews(access: GitlabAccess, { archive, variables }: PushJob): Reviews {
  const api = gitlabApi(access.apiUrl, access.token);
  const project = `projects/${encodeURIComponent(access.repository)}`;
  const job = jobOf(variables);
  return {
    async merged() {
      const commits = await pushedCommits(api, project, job);
      return mergedBy({
        commits,
        pullsOf: (commit) => api.list(`${project}/repository/commits/${commit}/merge_requests?per_page=100`),
        mergedOf: (request) => mergedInto(request, job.branch, commits),
      });
    },
    async archiveOf({ number, head, isFork }) {
      if (isFork) return { none: FROM_FORK };
      const found = await lastJob(api, project, { number, head, name: archive });
      if (found === null) return { missing: 'no job has reviewed its last commit', retryable: false };
      if (['created', 'pending', 'running', 'waiting_for_resource', 'preparing'].includes(found.status))
        return { missing: 'the job for its last commit has not ended yet', retryable: true };
      if (found.status !== 'success')
        return { missing: 'the job for its last commit has failed', retryable: false };
      if (found.isExpired) return { missing: 'the artifacts have expired', retryable: false };
      if (!found.hasArchive) return { none: 'its job had nothing to review' };
      return { bytes: await api.download(`${project}/jobs/${found.id}/artifacts`) };
    },
  };
}

/** A job for a push. */
interface Job {
  readonly id: number;
  readonly name: string;
  readonly branch: string;
  readonly before: string;
  readonly after: string;
}

function jobOf(variables: PushJob['variables']): Job {
  const [branch = '', before = '', after = '', name = ''] = [
    'CI_COMMIT_BRANCH',
    'CI_COMMIT_BEFORE_SHA',
    'CI_COMMIT_SHA',
    'CI_JOB_NAME',
  ].map((variable) => variables[variable]);
  const id = Number(variables['CI_JOB_ID']);
  if (branch === '' || !isCommit(before) || !isCommit(after) || !Number.isSafeInteger(id))
    throw new TursoSyncError('CODE_HOST_UNKNOWN', 'This is no job for a push to a branch.', {
      hint: 'Run `turso-sync reviewed` in a job on a branch, such as the generator ci writes.',
    });
  return { id, name, branch, before, after };
}

async function pushedCommits(api: Api, project: string, job: Job): Promise<string[]> {
  const since = (await lastExecuted(api, project, job)) ?? job.before;
  // A pipeline started by hand, or the push that created the branch.
  if (/^0+$/.test(since)) return [job.after];
  const query = new URLSearchParams({ from: since, to: job.after });
  const { json } = await api.get(`${project}/repository/compare?${query.toString()}`);
  const commits = objectOf(json)['commits'];
  const ids = (Array.isArray(commits) ? (commits as unknown[]) : []).map((item) => objectOf(item)['id']);
  return ids.filter(isCommit).slice(-MOST_COMMITS);
}

/** Returns the commit of the last executed job with this name before this one. */
async function lastExecuted(api: Api, project: string, { id, name, branch }: Job): Promise<string | null> {
  let pages = 0;
  for await (const item of api.list(`${project}/jobs?scope[]=success&scope[]=failed&per_page=100`)) {
    const job = objectOf(item);
    if (job['name'] === name && job['ref'] === branch && idOf(job) < id)
      return textOf(objectOf(job['commit']), 'id');
    // If a project has never had such a job, there is no need to read all others.
    if (++pages > 1000) return null;
  }
  return null;
}

function mergedInto(request: Part, branch: string, commits: readonly string[]): MergedPullRequest | null {
  const number = numberOf(request, 'iid');
  const head = textOf(request, 'sha');
  const mergedAt = textOf(request, 'merged_at');
  const merges = ['merge_commit_sha', 'squash_commit_sha', 'sha'].map((key) => textOf(request, key) ?? '');
  const isHere = request['target_branch'] === branch && merges.some((commit) => commits.includes(commit));
  if (!isHere || request['state'] !== 'merged' || number === null || head === null || mergedAt === null)
    return null;
  return { number, head, mergedAt, isFork: request['source_project_id'] !== request['target_project_id'] };
}

/** A job that creates the archive. */
interface ReviewJob {
  readonly id: number;
  readonly status: string;
  readonly hasArchive: boolean;
  readonly isExpired: boolean;
}

/** Returns the last executed job with this name for the last commit of a merge request. */
async function lastJob(
  api: Api,
  project: string,
  { number, head, name }: { readonly number: number; readonly head: string; readonly name: string },
): Promise<ReviewJob | null> {
  for await (const item of api.list(`${project}/merge_requests/${number}/pipelines?per_page=100`)) {
    const pipeline = objectOf(item);
    if (pipeline['source'] !== 'merge_request_event' || !(await isOfHead(api, project, pipeline, head)))
      continue;
    for await (const found of api.list(`${project}/pipelines/${idOf(pipeline)}/jobs?per_page=100`)) {
      const job = objectOf(found);
      const status = textOf(job, 'status') ?? '';
      if (job['name'] === name && status !== 'canceled' && status !== 'skipped')
        return { id: idOf(job), status, ...archiveOf(job) };
    }
  }
  return null;
}

function archiveOf(job: Part): Pick<ReviewJob, 'hasArchive' | 'isExpired'> {
  const hasArchive = objectOf(job['artifacts_file'])['filename'] !== undefined;
  return { hasArchive, isExpired: !hasArchive && textOf(job, 'artifacts_expire_at') !== null };
}

// A pipeline for the merged result, or of a merge train, runs for a merge of the branch and the head.
async function isOfHead(api: Api, project: string, pipeline: Part, head: string): Promise<boolean> {
  const sha = pipeline['sha'];
  if (sha === head || !isCommit(sha)) return sha === head;
  if (!/\/(?:merge|train)$/.test(textOf(pipeline, 'ref') ?? '')) return false;
  const { json } = await api.get(`${project}/repository/commits/${sha}`);
  const parents = objectOf(json)['parent_ids'];
  return Array.isArray(parents) && parents.includes(head);
}
