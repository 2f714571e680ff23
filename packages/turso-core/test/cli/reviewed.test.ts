import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  serveJobs,
  startCodeHost,
  WORKFLOW,
  zipFiles,
  type CodeHostDouble,
  type HostJob,
  type HostJobs,
  type HostPull,
} from '@turso-sync/testing';
import { filesIn, makeProject, type TestProject } from '../fixtures/cli.fixture';

const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const COMMITS = Array.from({ length: 6 }, (_, i) => String(i + 1).repeat(40));
const [C0 = '', C1 = '', C2 = '', C3 = ''] = COMMITS;
const HEAD = 'aa'.repeat(20);
const OTHER = 'ab'.repeat(20);
const PLAN = zipFiles({ 'mailer/plan.json': 'plan', 'mailer/changes.md': 'report' });

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

interface Answer {
  readonly ok: boolean;
  readonly result: {
    readonly reviews: readonly { readonly pullRequest: number; readonly folder: string }[];
    readonly without: readonly { readonly pullRequest: number; readonly reason: string }[];
  };
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

/** A job on main, after a push from {@link C1} to {@link C2}. */
interface Job {
  readonly host: CodeHostDouble;
  readonly jobs: HostJobs;
  readonly project: TestProject;
  readonly env: Record<string, string>;
  reviewed(...words: string[]): Promise<Answer>;
}

async function jobOnMain(
  kind: CodeHostDouble['kind'],
  pulls: readonly HostPull[],
  ran: readonly HostJob[],
): Promise<Job> {
  const host = await startCodeHost(kind, { tokens: { [TOKEN]: { id: 7, name: 'ci', isBot: true } } });
  const jobs = await serveJobs(host);
  open.push(host.stop, jobs.stop);
  jobs.commits.push(...COMMITS);
  jobs.pulls.push(...pulls);
  jobs.jobs.push(...ran);
  const project = makeProject();
  writeFileSync(project.file('event.json'), JSON.stringify({ before: C1, after: C2 }));
  const env: Record<string, string> =
    kind === 'github'
      ? {
          GITHUB_ACTIONS: 'true',
          GITHUB_API_URL: host.apiUrl,
          GITHUB_REPOSITORY: 'o/r',
          GITHUB_EVENT_PATH: project.file('event.json'),
          GITHUB_REF: 'refs/heads/main',
          GITHUB_WORKFLOW_REF: `o/r/${WORKFLOW}@refs/heads/main`,
          GITHUB_RUN_NUMBER: '100',
          GITHUB_TOKEN: TOKEN,
        }
      : {
          GITLAB_CI: 'true',
          CI_API_V4_URL: host.apiUrl,
          CI_PROJECT_ID: '42',
          CI_COMMIT_BRANCH: 'main',
          CI_COMMIT_BEFORE_SHA: C1,
          CI_COMMIT_SHA: C2,
          CI_JOB_NAME: 'turso-apply',
          CI_JOB_ID: '100',
          GITLAB_TOKEN: TOKEN,
        };
  const reviewed = async (...words: string[]): Promise<Answer> => {
    const run = await project.start(['reviewed', '--out', 'reviews', '--json', ...words], { env }).ended;
    expect(`${run.stdout}${run.stderr}`).not.toContain(TOKEN);
    expect(run.exit).toBe(run.stdout.includes('"ok":true') ? 0 : 1);
    return JSON.parse(run.stdout) as Answer;
  };
  return { host, jobs, project, env, reviewed };
}

const review = (job: Partial<HostJob> = {}): HostJob => ({
  id: 20,
  commit: HEAD,
  event: 'pull_request',
  conclusion: 'success',
  pull: 5,
  archive: PLAN,
  ...job,
});
const FIVE: HostPull = { number: 5, head: HEAD, merge: C2 };

describe.each(['github', 'gitlab'] as const)('on %s', (kind) => {
  test('fetches what the last job for the merged pull request has made', async () => {
    const old = review({ id: 10, archive: zipFiles({ 'mailer/plan.json': 'old' }) });
    const cancelled = review({ id: 30, conclusion: 'cancelled', archive: zipFiles({ 'x/plan.json': '' }) });
    const at = await jobOnMain(kind, [FIVE], [old, review(), cancelled]);
    const { result } = await at.reviewed();
    const folder = at.project.file('reviews/1');
    expect(result).toMatchObject({
      outcome: 'fetched',
      reviews: [{ pullRequest: 5, folder, plans: 1 }],
      without: [],
    });
    expect(filesIn(folder)).toEqual(['mailer/changes.md', 'mailer/plan.json']);
    expect(readFileSync(at.project.file('reviews/1/mailer/plan.json'), 'utf8')).toBe('plan');
    for (const headers of at.jobs.seenElsewhere) expect(JSON.stringify(headers)).not.toContain(TOKEN);
    expect(at.jobs.seenElsewhere).toHaveLength(kind === 'github' ? 1 : 0);
  });

  test('also of pushes whose jobs were cancelled as they waited, in the order of merging', async () => {
    const pulls = [
      { number: 3, head: 'ac'.repeat(20), merge: C0 },
      { number: 4, head: OTHER, merge: C1 },
      FIVE,
    ];
    const at = await jobOnMain(kind, pulls, [
      { id: 1, commit: C0, event: 'push', conclusion: 'failure' },
      review(),
      review({ id: 21, commit: OTHER, pull: 4 }),
      { id: 50, commit: C1, event: 'push', conclusion: 'cancelled' },
      // A job that is run again does not see what came after it.
      { id: 200, commit: C3, event: 'push', conclusion: 'success' },
    ]);
    const { result } = await at.reviewed();
    expect(result.reviews.map(({ pullRequest }) => pullRequest)).toEqual([4, 5]);
    expect(result.reviews.map(({ folder }) => folder)).toEqual(
      ['reviews/1', 'reviews/2'].map((name) => at.project.file(name)),
    );
  });

  test.each([
    ['nothing was reviewed', FIVE, review({ archive: undefined as never })],
    ['the archive has no plan', FIVE, review({ archive: zipFiles({ 'note.txt': 'x' }) })],
    ['it came from a fork', { ...FIVE, isFork: true }, review({ isFork: true })],
  ])('goes on without a plan if %s', async (_, pull, job) => {
    const { archive, ...rest } = job;
    const at = await jobOnMain(kind, [pull], [archive === undefined ? rest : job]);
    const { result } = await at.reviewed();
    expect(result.reviews).toEqual([]);
    expect(result.without).toMatchObject([{ pullRequest: 5 }]);
    expect(existsSync(at.project.file('reviews/1'))).toBe(false);
  });

  test('goes on if the push has merged nothing', async () => {
    const at = await jobOnMain(kind, [{ ...FIVE, merge: C3 }], [review()]);
    expect((await at.reviewed()).result).toMatchObject({ outcome: 'none', reviews: [], without: [] });
  });

  test.each([
    ['has failed', [review({ conclusion: 'failure' })], false],
    ['has not ended', [review({ conclusion: null })], true],
    ['has expired', [review({ archive: null })], false],
    ['reviewed another commit', [review({ commit: OTHER })], false],
    ['made something else', [review({ archive: Buffer.from('no archive') })], false],
    ['leads out of its folder', [review({ archive: zipFiles({ '../plan.json': '' }) })], false],
  ])('fails if the job %s', async (_, ran, retryable) => {
    const at = await jobOnMain(kind, [FIVE], ran);
    const { error } = await at.reviewed();
    expect(error).toMatchObject({ code: 'REVIEW_MISSING', retryable });
    expect(error.message).toContain('#5');
    expect(filesIn(at.project.file('reviews'))).toEqual([]);
  });

  test('waits for a limit of requests', async () => {
    const at = await jobOnMain(kind, [FIVE], [review()]);
    at.host.answer('GET', { status: 429, headers: { 'retry-after': '0' } }, 2);
    expect((await at.reviewed()).result.reviews).toHaveLength(1);
  });

  test('refuses a folder with something in it, and a job that is for no push', async () => {
    const at = await jobOnMain(kind, [FIVE], [review()]);
    await at.reviewed();
    expect((await at.reviewed()).error.code).toBe('FILE_INACCESSIBLE');
    Object.assign(at.env, { GITHUB_REF: 'refs/pull/5/merge', CI_COMMIT_BRANCH: '' });
    expect((await at.reviewed('--out', 'others')).error.code).toBe('CODE_HOST_UNKNOWN');
  });
});

test("a fork's job for the same commit counts for nothing on github", async () => {
  const at = await jobOnMain(
    'github',
    [FIVE],
    [review({ isFork: true, archive: zipFiles({ 'x/plan.json': '' }) })],
  );
  expect((await at.reviewed()).error.code).toBe('REVIEW_MISSING');
});

test('a pipeline for the merged result counts on gitlab', async () => {
  const at = await jobOnMain('gitlab', [FIVE], [review({ commit: `ff${HEAD.slice(2)}` })]);
  expect((await at.reviewed()).result.reviews).toHaveLength(1);
});
