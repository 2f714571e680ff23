import fs from 'node:fs';
import path from 'node:path';
import {
  execOn,
  queryOn,
  serveJobs,
  startCodeHost,
  WORKFLOW,
  zipFiles,
  type CodeHostDouble,
  type HostJobs,
} from '@turso-sync/testing';
import { runGithubJob, runGitlabJob, type JobRun } from './ci-files.fixture';
import { makeRepository, shareModules, type CiRepository } from './ci-repository.fixture';
import { describeWithSqld, serve, type Served } from './served.fixture';
import { nx, workspace } from './workspace.fixture';

const DOCUMENT = fs.readFileSync(path.join(__dirname, '../../docs/ci.md'), 'utf8');

/** A file of the docs, by what it is called there. */
function documented(file: string, heading: string): string {
  const [, section = ''] = DOCUMENT.split(`\n## ${heading}\n`);
  return (
    new RegExp(`\`${file.replaceAll('.', '\\.')}\`[^\n]*\n\n\`\`\`yaml\n([^]*?)\`\`\``).exec(section)?.[1] ??
    ''
  );
}

const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const BOT = { id: 7, name: 'github-actions[bot]', isBot: true };
const PULL = 12;

/** A repository, its database and its code host. */
interface Scene {
  readonly repository: CiRepository;
  readonly served: Served;
  readonly host: CodeHostDouble;
  readonly jobs: HostJobs;
  /** Runs the job of the pull request, for its last commit, and keeps what it keeps. */
  review(head: string, more?: { readonly isFork?: boolean; readonly job?: string }): Promise<JobRun>;
  /** Runs the job on main. */
  apply(commits: { readonly before: string; readonly after: string }): Promise<JobRun>;
  names(): Promise<unknown>;
  stop(): Promise<void>;
}

/** A file of a CI, and how its project lies in the repository. */
interface Kind {
  readonly host: CodeHostDouble['kind'];
  readonly project: 'apps/mailer' | '.';
  readonly heading: string;
}

const KINDS: [what: string, kind: Kind][] = [
  ['GitHub, in an Nx workspace', { host: 'github', project: 'apps/mailer', heading: 'In an Nx workspace' }],
  ['GitLab, in an Nx workspace', { host: 'gitlab', project: 'apps/mailer', heading: 'In an Nx workspace' }],
  ['GitHub, without Nx', { host: 'github', project: '.', heading: 'Without Nx' }],
];

async function makeScene({ host: kind, project, heading }: Kind): Promise<Scene> {
  const repository = makeRepository(`${kind}-${project === '.' ? 'plain' : 'nx'}`, project);
  const served = await serve();
  const host = await startCodeHost(kind, {
    tokens: { [TOKEN]: BOT },
    tellsUser: kind === 'gitlab',
  });
  const jobs = await serveJobs(host);
  const file = kind === 'github' ? WORKFLOW : '.gitlab/turso-sync.yml';
  const text = documented(file, heading);
  expect(text).not.toBe('');
  let lastId = 20;
  const run = async (
    checkout: string,
    name: string,
    dbToken: string,
    facts: {
      readonly event: Readonly<Record<string, unknown>>;
      readonly variables: Readonly<Record<string, string>>;
    },
  ): Promise<JobRun> => {
    shareModules(workspace, checkout);
    const place = {
      folder: checkout,
      secrets: {
        TURSO_DATABASE_URL: served.sqld.url,
        TURSO_AUTH_TOKEN: dbToken,
        [kind === 'github' ? 'GITHUB_TOKEN' : 'GITLAB_TOKEN']: TOKEN,
      },
    };
    const { event, variables } = facts;
    const job =
      kind === 'github'
        ? await runGithubJob(text, name, event, {
            ...place,
            variables: { GITHUB_API_URL: host.apiUrl, ...variables },
          })
        : await runGitlabJob(text, name, {
            ...place,
            variables: { CI_API_V4_URL: host.apiUrl, ...variables },
          });
    for (const secret of [TOKEN, dbToken]) expect(job.output).not.toContain(secret);
    return job;
  };
  return {
    repository,
    served,
    host,
    jobs,
    async review(head, { isFork = false, job = kind === 'github' ? 'review' : 'turso-review' } = {}) {
      const ran = await run(repository.checkoutMerge(), job, served.sqld.readOnlyToken, {
        event: {
          event_name: 'pull_request',
          event: {
            pull_request: {
              number: PULL,
              head: { sha: head, repo: { full_name: isFork ? 'eve/r' : 'o/r' } },
              user: { login: 'ada' },
            },
          },
        },
        variables: {
          CI_PIPELINE_SOURCE: 'merge_request_event',
          CI_MERGE_REQUEST_IID: String(PULL),
          CI_MERGE_REQUEST_PROJECT_ID: '42',
          CI_MERGE_REQUEST_SOURCE_PROJECT_ID: isFork ? '43' : '42',
          CI_MERGE_REQUEST_DIFF_BASE_SHA: 'HEAD^1',
          CI_COMMIT_SHA: head,
        },
      });
      if (ran.conclusion !== null)
        jobs.jobs.push({
          id: ++lastId,
          commit: head,
          event: 'pull_request',
          pull: PULL,
          conclusion: ran.conclusion,
          ...(ran.kept === null ? {} : { archive: zipFolder(ran.kept) }),
        });
      return ran;
    },
    apply: ({ before, after }) =>
      run(
        repository.checkoutMain(),
        kind === 'github' ? 'apply' : 'turso-apply',
        served.sqld.readWriteToken,
        {
          event: { event_name: 'push', event: { before, after } },
          variables: {
            GITHUB_REF: 'refs/heads/main',
            GITHUB_WORKFLOW_REF: `o/r/${WORKFLOW}@refs/heads/main`,
            GITHUB_RUN_NUMBER: '1000',
            CI_PIPELINE_SOURCE: 'push',
            CI_DEFAULT_BRANCH: 'main',
            CI_COMMIT_BRANCH: 'main',
            CI_COMMIT_BEFORE_SHA: before,
            CI_COMMIT_SHA: after,
            CI_JOB_ID: '1000',
          },
        },
      ),
    names: () => queryOn(served.sqld, 'SELECT name FROM person ORDER BY id'),
    async stop() {
      await served.sqld.stop();
      await host.stop();
      await jobs.stop();
    },
  };
}

/** Checks how a job ended; what it has printed is shown if that is not as expected. */
function expectEnd({ conclusion, output }: JobRun, wanted: 'success' | 'failure'): void {
  expect({ conclusion, output }).toMatchObject({ conclusion: wanted });
}

function zipFolder(folder: string): Buffer {
  if (!fs.existsSync(folder)) return zipFiles({});
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  return zipFiles(Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(folder, name))])));
}

describeWithSqld.each(KINDS)('%s', (_, kind) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await makeScene(kind);
  });
  afterAll(() => scene.stop());

  test('a pull request is reviewed, and merging it pushes just that, or nothing', async () => {
    const { repository, host, jobs } = scene;
    const before = await scene.names();

    // A plan that the policy refuses.
    const refused = await scene.review(repository.change('DELETE FROM visit; DELETE FROM person'));
    expectEnd(refused, 'failure');
    // What the job has printed tells why, if it is not as expected.
    expect({ comments: host.comments.length, ...refused }).toMatchObject({ comments: 1 });
    const [comment] = host.comments;
    expect(comment?.body).toContain('**The job has failed.**');
    expect(comment?.body).toContain('All 3 rows of person are deleted.');

    // The same pull request, corrected.
    const head = repository.change("UPDATE person SET name = 'Ada Lovelace' WHERE id = 1");
    const reviewed = await scene.review(head);
    expectEnd(reviewed, 'success');
    expect(host.comments).toEqual([comment]);
    expect(comment?.body).toContain("`'Ada Lovelace'`");
    expect(comment?.body).not.toContain('failed');
    expect(fs.readdirSync(reviewed.kept ?? '', { recursive: true })).toEqual(
      expect.arrayContaining(
        ['plan.json', 'changes.html'].map((name) => path.join(kind.project === '.' ? '' : 'mailer', name)),
      ),
    );
    expect(await scene.names()).toEqual(before);

    // Somebody else was quicker.
    const merged = repository.merge();
    jobs.commits.push(merged.before, merged.after);
    jobs.pulls.push({ number: PULL, head, merge: merged.after });
    await execOn(scene.served.sqld, "UPDATE person SET name = 'Countess' WHERE id = 1");
    const late = await scene.apply(merged);
    expectEnd(late, 'failure');
    expect(late.output).toContain('person');
    expect(late.output).toContain('id=1');
    expect(await scene.names()).toEqual([['Countess'], ['Grace'], ['Edsger']]);

    // The job is run again when they have taken it back.
    await execOn(scene.served.sqld, "UPDATE person SET name = 'Ada' WHERE id = 1");
    expectEnd(await scene.apply(merged), 'success');
    expect(await scene.names()).toEqual([['Ada Lovelace'], ['Grace'], ['Edsger']]);
  });

  test('a fork gets no secret', async () => {
    const at = scene.repository.change('SELECT 1');
    expect((await scene.review(at, { isFork: true })).conclusion).toBeNull();
    const job = kind.host === 'github' ? 'no-review' : 'turso-no-review';
    const { conclusion, output, environment } = await scene.review(at, { isFork: true, job });
    expect(conclusion).toBe('success');
    expect(output).toContain('pushes nothing');
    // On GitLab, whose variables are there is up to the project that runs it.
    if (kind.host === 'github') expect(environment).toEqual({});
    expect((await scene.review(at, { job })).conclusion).toBeNull();
  });
});

test('the generator writes what the docs show', async () => {
  const { folder } = makeRepository('generated', 'apps/mailer');
  shareModules(workspace, folder);
  for (const [provider, file] of [
    ['github', WORKFLOW],
    ['gitlab', '.gitlab/turso-sync.yml'],
  ] as const) {
    const words = ['generate', 'turso-sync-plugin:ci', `--provider=${provider}`, '--no-interactive'];
    expect(await nx([...words, '--dry-run'], {}, folder)).toMatchObject({ exitCode: 0 });
    expect(fs.existsSync(path.join(folder, file))).toBe(false);
    expect(await nx(words, {}, folder)).toMatchObject({ exitCode: 0 });
    expect(fs.readFileSync(path.join(folder, file), 'utf8')).toBe(documented(file, 'In an Nx workspace'));
  }
});
