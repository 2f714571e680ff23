import { createServer } from 'node:http';
import { listen } from '../listen';
import type { CodeHostDouble, HostAnswer, HostCall } from './types';

/** A pull request that was merged into `main`. */
export interface HostPull {
  readonly number: number;
  readonly head: string;
  /** The commit that it became. */
  readonly merge: string;
  readonly isFork?: boolean;
}

/** A job that has run. */
export interface HostJob {
  readonly id: number;
  /** Its commit. */
  readonly commit: string;
  readonly event: 'pull_request' | 'push';
  /** `null` while it runs. */
  readonly conclusion: 'success' | 'failure' | 'cancelled' | null;
  /** The number of the merge request; of pipelines. */
  readonly pull?: number;
  /** Whether a fork's repository ran it. */
  readonly isFork?: boolean;
  /** What it has made; null if it has expired. */
  readonly archive?: Uint8Array | null;
}

/** Commits, merged pull requests and jobs of a {@link CodeHostDouble}. */
export interface HostJobs {
  /** The commits of `main`, the first one first. */
  readonly commits: string[];
  readonly pulls: HostPull[];
  readonly jobs: HostJob[];
  /** The headers of requests to the host that has GitHub's files. */
  readonly seenElsewhere: Record<string, unknown>[];
  readonly stop: () => Promise<void>;
}

/** The path of the workflow, and the name of the artifact and of the job. */
export const WORKFLOW = '.github/workflows/turso-sync.yml';
const REVIEW = 'turso-review';
const APPLY = 'turso-apply';

/**
 * Lets a double answer what was merged and what jobs have made, as GitHub or GitLab do. GitHub's archives are on another host, which
 * must not get the token.
 */
export async function serveJobs(host: CodeHostDouble): Promise<HostJobs> {
  const seenElsewhere: Record<string, unknown>[] = [];
  const archiveOf = (id: number): Uint8Array | undefined =>
    state.jobs.find((job) => job.id === id)?.archive ?? undefined;
  const elsewhere = createServer((request, response) => {
    seenElsewhere.push(request.headers);
    const archive = archiveOf(Number(/\d+/.exec(request.url ?? '')?.[0]));
    response.writeHead(archive === undefined ? 404 : 200).end(archive);
  });
  const { url: files, stop } = await listen(elsewhere);
  const state: HostJobs = {
    commits: [],
    pulls: [],
    jobs: [],
    seenElsewhere,
    stop,
  };
  host.serve((call) => {
    if (call.method !== 'GET') return null;
    return host.kind === 'github' ? github(state, call, files) : gitlab(state, call);
  });
  return state;
}

const ok = (body: unknown): HostAnswer => ({ status: 200, body });
const iso = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** The commits after one, up to another. */
function between({ commits }: HostJobs, from: string, to: string): string[] {
  return commits.slice(commits.indexOf(from) + 1, commits.indexOf(to) + 1);
}

function github(state: HostJobs, { parts, query }: HostCall, files: string): HostAnswer | null {
  const path = parts.slice(3).join('/');
  if (parts.slice(0, 3).join('/') !== 'repos/o/r') return null;
  const range = /^compare\/(\w+)\.\.\.(\w+)$/.exec(path);
  if (range !== null)
    return ok({ commits: between(state, range[1] ?? '', range[2] ?? '').map((sha) => ({ sha })) });
  const commit = /^commits\/(\w+)\/pulls$/.exec(path)?.[1];
  if (commit !== undefined)
    return ok(
      state.pulls
        .filter(({ merge, head }) => merge === commit || head === commit)
        .map(({ number, head, merge, isFork }) => ({
          number,
          head: { sha: head, repo: { id: isFork === true ? 2 : 1 } },
          base: { ref: 'main', repo: { id: 1 } },
          merge_commit_sha: merge,
          merged_at: iso(number),
        })),
    );
  if (path === 'actions/runs')
    return ok({
      workflow_runs: state.jobs
        .filter((job) => job.event === query.get('event'))
        .filter((job) => (query.get('head_sha') ?? job.commit) === job.commit)
        .toReversed()
        .map((job) => ({
          id: job.id,
          run_number: job.id,
          path: WORKFLOW,
          event: job.event,
          head_sha: job.commit,
          status: job.conclusion === null ? 'in_progress' : 'completed',
          conclusion: job.conclusion,
          repository: { id: 1 },
          head_repository: job.isFork === true ? { id: 2 } : { id: 1 },
        })),
    });
  const run = /^actions\/runs\/(\d+)\/artifacts$/.exec(path)?.[1];
  if (run !== undefined)
    return ok({
      artifacts: state.jobs
        .filter((job) => job.id === Number(run) && job.archive !== undefined)
        .map((job) => ({ id: job.id, name: REVIEW, expired: job.archive === null })),
    });
  const artifact = /^actions\/artifacts\/(\d+)\/zip$/.exec(path)?.[1];
  if (artifact !== undefined) return { status: 302, headers: { location: `${files}/${artifact}?sig=1` } };
  return null;
}

const STATUS = { success: 'success', failure: 'failed', cancelled: 'canceled' } as const;

function gitlab(state: HostJobs, { parts, query }: HostCall): HostAnswer | null {
  const path = parts.slice(2).join('/');
  if (parts.slice(0, 2).join('/') !== 'projects/42') return null;
  const asJob = (job: HostJob): object => ({
    id: job.id,
    name: job.event === 'push' ? APPLY : REVIEW,
    ref: 'main',
    status: job.conclusion === null ? 'running' : STATUS[job.conclusion],
    commit: { id: job.commit },
    artifacts_expire_at: job.archive === undefined ? null : iso(0),
    ...(job.archive instanceof Uint8Array ? { artifacts_file: { filename: 'artifacts.zip' } } : {}),
  });
  if (path === 'repository/compare')
    return ok({
      commits: between(state, query.get('from') ?? '', query.get('to') ?? '').map((id) => ({ id })),
    });
  if (path === 'jobs') {
    const scopes = query.getAll('scope[]');
    const all = state.jobs.filter((job) => scopes.includes(STATUS[job.conclusion ?? 'cancelled']));
    return ok(all.toReversed().map(asJob));
  }
  const commit = /^repository\/commits\/(\w+)\/merge_requests$/.exec(path)?.[1];
  if (commit !== undefined)
    return ok(
      state.pulls
        .filter(({ merge, head }) => merge === commit || head === commit)
        .map(({ number, head, merge, isFork }) => ({
          iid: number,
          sha: head,
          state: 'merged',
          target_branch: 'main',
          merge_commit_sha: merge,
          merged_at: iso(number),
          source_project_id: isFork === true ? 43 : 42,
          target_project_id: 42,
        })),
    );
  const parents = /^repository\/commits\/(\w+)$/.exec(path)?.[1];
  // The merged result of a head has its name in it.
  if (parents !== undefined) return ok({ parent_ids: ['0'.repeat(40), parents.replace(/^ff/, 'aa')] });
  const pull = /^merge_requests\/(\d+)\/pipelines$/.exec(path)?.[1];
  if (pull !== undefined)
    return ok(
      state.jobs
        .filter((job) => job.pull === Number(pull))
        .toReversed()
        .map((job) => ({
          id: job.id,
          sha: job.commit,
          source: 'merge_request_event',
          ref: `refs/merge-requests/${pull}/${job.commit.startsWith('ff') ? 'merge' : 'head'}`,
        })),
    );
  const pipeline = /^pipelines\/(\d+)\/jobs$/.exec(path)?.[1];
  if (pipeline !== undefined) return ok(state.jobs.filter((job) => job.id === Number(pipeline)).map(asJob));
  const archived = /^jobs\/(\d+)\/artifacts$/.exec(path)?.[1];
  const archive = state.jobs.find((job) => job.id === Number(archived))?.archive;
  return archive instanceof Uint8Array ? ok(archive) : null;
}
