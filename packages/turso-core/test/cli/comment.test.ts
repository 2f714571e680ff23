import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, startCodeHost, type CodeHostDouble, type CodeHostOptions } from '@turso-sync/testing';
import { makeProject, type Run, type TestProject } from '../fixtures/cli.fixture';

const TOKEN = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz';
const CI = { id: 7, name: 'github-actions[bot]', isBot: true };
const ADA = { id: 8, name: 'ada', isBot: false };
const MARKER = '<!-- turso-sync comment: default -->';

const CHANGES = '### mailer\n\nRemote: `x`\n\n| table | deleted |\n| --- | ---: |\n| `people` | 1 |\n';
const NOTHING = '### mailer\n\nRemote: `x`\nNothing changes.\n';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0)) await stop();
});

/** A CI job for pull request 12, with a report, and the API that it comments by. */
interface Job {
  readonly host: CodeHostDouble;
  readonly project: TestProject;
  readonly env: Record<string, string>;
  report(text: string, name?: string): void;
  comment(...words: string[]): Promise<Run>;
}

async function job(
  kind: CodeHostDouble['kind'] = 'github',
  options: Partial<CodeHostOptions> = {},
): Promise<Job> {
  const host = await startCodeHost(kind, { tokens: { [TOKEN]: CI, other: ADA }, ...options });
  open.push(host.stop);
  const project = makeProject(undefined, {
    'event.json': { pull_request: { number: 12, head: { sha: 'abcdef0123456789abcdef' } } },
  } as never);
  const env: Record<string, string> =
    kind === 'github'
      ? {
          GITHUB_ACTIONS: 'true',
          GITHUB_API_URL: host.apiUrl,
          GITHUB_REPOSITORY: 'o/r',
          GITHUB_EVENT_PATH: project.file('event.json'),
          GITHUB_SERVER_URL: 'https://github.example',
          GITHUB_RUN_ID: '99',
          GITHUB_TOKEN: TOKEN,
        }
      : {
          GITLAB_CI: 'true',
          CI_API_V4_URL: host.apiUrl,
          CI_PROJECT_ID: '42',
          CI_PROJECT_URL: 'https://gitlab.example/o/r',
          CI_MERGE_REQUEST_IID: '12',
          CI_JOB_URL: 'https://gitlab.example/o/r/-/jobs/99',
          CI_COMMIT_SHA: 'abcdef0123456789abcdef',
          GITLAB_TOKEN: TOKEN,
        };
  mkdirSync(project.file('reports'));
  const report = (text: string, name = 'changes'): void =>
    writeFileSync(path.join(project.file('reports'), `${name}.md`), text);
  report(CHANGES);
  const comment = async (...words: string[]): Promise<Run> => {
    const run = await project.start(['comment', '--report', 'reports', ...words], { env }).ended;
    expect(`${run.stdout}${run.stderr}`).not.toContain(TOKEN);
    return run;
  };
  return { host, project, env, report, comment };
}

const bodies = ({ host }: Job): string[] => host.comments.map(({ body }) => body);

describe.each(['github', 'gitlab'] as const)('on %s', (kind) => {
  test('posts one comment, updates it, and says when nothing is left to push', async () => {
    const at = await job(kind);
    const first = await at.comment();
    expect(first.exit).toBe(0);
    expect(first.stdout).toContain('Comment created: https://');
    const [body = ''] = bodies(at);
    expect(body.startsWith(`${MARKER}\n### mailer\n`)).toBe(true);
    expect(body).toContain('\nCommit `abcdef012345`, [job and full reports](https://git');

    at.report(CHANGES.replace('| 1 |', '| 2 |'));
    expect((await at.comment()).stdout).toContain('Comment updated');
    expect(bodies(at)).toEqual([body.replace('| 1 |', '| 2 |')]);

    await at.comment('--failed');
    expect(bodies(at)).toEqual([expect.stringContaining('**The job has failed.**')]);

    at.report(NOTHING);
    await at.comment('--failed');
    expect(bodies(at)).toEqual([expect.stringMatching(/^(?![^]*Nothing to push)[^]*The job has failed/)]);
    expect((await at.comment()).stdout).toContain('Comment updated');
    expect(bodies(at)).toEqual([expect.stringContaining('\nNothing to push.\n')]);
    rmSync(at.project.file('reports/changes.md'));
    expect(await at.comment()).toMatchObject({ exit: 0 });
    expect(bodies(at)).toEqual([expect.stringContaining('\nNothing to push.\n')]);
  });

  test('posts nothing if there is nothing to push and no comment', async () => {
    const at = await job(kind);
    at.report(NOTHING);
    const run = await at.comment('--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ result: { outcome: 'none', url: null, changed: 0 } });
    expect(bodies(at)).toEqual([]);
  });

  test('finds its comment on a later page', async () => {
    const at = await job(kind, { pageSize: 3 });
    for (let i = 0; i < 7; i++) at.host.addComment(12, ADA, `comment ${i}`);
    await at.comment();
    for (let i = 0; i < 7; i++) at.host.addComment(12, ADA, `later ${i}`);
    expect((await at.comment()).stdout).toContain('Comment updated');
    expect(at.host.comments.filter(({ body }) => body.startsWith(MARKER))).toHaveLength(1);
  });

  test("leaves other people's comments alone, whatever they say", async () => {
    for (const tellsUser of [true, false]) {
      const at = await job(kind, { tellsUser });
      const theirs = [MARKER, `${MARKER}\nmine`, `> ${MARKER}`].map((body) =>
        at.host.addComment(12, ADA, body),
      );
      const other = at.host.addComment(
        12,
        { id: 9, name: 'other[bot]', isBot: true },
        `${MARKER}\nfrom a bot`,
      );
      const before = [...theirs, other].map(({ body }) => body);
      expect((await at.comment()).stdout).toContain('Comment created');
      expect((await at.comment()).stdout).toContain('Comment updated');
      expect([...theirs, other].map(({ body }) => body)).toEqual(before);
      expect(at.host.comments).toHaveLength(5);
    }
  });

  test('keeps comments of several names apart', async () => {
    const at = await job(kind);
    await at.comment();
    await at.comment('--id', 'staging');
    await at.comment('--id', 'staging');
    expect(bodies(at).map((body) => body.split('\n')[0])).toEqual([
      MARKER,
      '<!-- turso-sync comment: staging -->',
    ]);
  });

  test.each([
    ['a limit of requests', { status: 429, headers: { 'retry-after': '0' } }],
    ['a limit of requests by 403', { status: 403, headers: { 'retry-after': '0' } }],
    ['a failure of the host', { status: 502, body: 'no JSON' }],
  ])('waits for %s, and posts one comment', async (_, answer) => {
    const at = await job(kind);
    at.host.answer('GET', answer, 1);
    at.host.answer('POST', { ...answer, afterwards: true }, 1);
    expect(await at.comment()).toMatchObject({ exit: 0 });
    expect(bodies(at)).toHaveLength(1);
  });

  test.each([
    ['CODE_HOST_UNAUTHORIZED', { status: 401 }, false],
    [
      'CODE_HOST_REFUSED',
      { status: 403, body: { message: 'Resource not accessible by integration' } },
      false,
    ],
    ['CODE_HOST_REFUSED', { status: 404 }, false],
    ['CODE_HOST_FAILED', { status: 422, body: { message: 'Validation Failed' } }, false],
    ['CODE_HOST_BUSY', { status: 429, headers: { 'retry-after': '3600' } }, true],
    ['CODE_HOST_FAILED', { status: 200, body: { message: 'no comment' } }, false],
    ['CODE_HOST_FAILED', { status: 201, body: Buffer.from('<html>') }, false],
  ])('%s says why it was refused', async (code, answer, retryable) => {
    const at = await job(kind);
    at.host.answer('POST', answer);
    const run = await at.comment('--json');
    expect(run.exit).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code, retryable } });
    expect(run.stderr).toMatch(/^\w+: .+\n.+/);
    expect(bodies(at)).toEqual([]);
  });

  test('the token goes to no other host, neither by a redirect nor by the next page', async () => {
    const seen: unknown[] = [];
    const elsewhere = createServer(({ headers }, response) => {
      seen.push(headers);
      response.end('[]');
    }).listen(0, '127.0.0.1');
    open.push(async () => void elsewhere.close());
    await new Promise((done) => elsewhere.once('listening', done));
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/x?secret=1`;
    for (const answer of [
      { status: 302, headers: { location: url } },
      { status: 307, headers: { location: url } },
      { status: 200, headers: { link: `<${url}>; rel="next"` }, body: [] },
    ]) {
      const at = await job(kind);
      at.host.answer('GET', { status: 200, body: { id: 7 } }, 1);
      at.host.answer('GET', answer);
      const run = await at.comment('--json');
      expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'CODE_HOST_REDIRECTED' } });
    }
    expect(seen).toEqual([]);
  });

  test('asks for a token, and never for one that others could read', async () => {
    const at = await job(kind);
    const variable = kind === 'github' ? 'GITHUB_TOKEN' : 'GITLAB_TOKEN';
    const codeOf = async (env: Record<string, string>, ...words: string[]): Promise<unknown> => {
      const { stdout } = await at.project.start(['comment', '--report', 'reports', '--json', ...words], {
        env: { ...at.env, ...env },
      }).ended;
      return (JSON.parse(stdout) as { error?: { code: unknown } }).error?.code;
    };
    expect(await codeOf({ [variable]: '' })).toBe('CODE_HOST_TOKEN_MISSING');
    expect(await codeOf({ [variable]: 'two words' })).toBe('CODE_HOST_UNAUTHORIZED');
    expect(await codeOf({}, '--token-variable', 'NONE')).toBe('CODE_HOST_TOKEN_MISSING');
    expect(await codeOf({}, '--api-url', 'http://api.example.com')).toBe('TOKEN_OVER_HTTP');
    expect(await codeOf({}, '--api-url', 'ftp://api.example.com')).toBe('CODE_HOST_UNKNOWN');
    expect(await codeOf({}, '--repository', '../x?y')).toBe('CODE_HOST_UNKNOWN');
    expect(await codeOf({}, '--id', 'a b')).toBe('USAGE');
    expect(await codeOf({}, '--report', 'missing.md')).toBe('FILE_INACCESSIBLE');
    expect(await codeOf({ GITHUB_ACTIONS: '', GITLAB_CI: '' })).toBe('CODE_HOST_UNKNOWN');
    expect(at.host.requests).toEqual([]);
  });

  test('options say where to comment without a CI job', async () => {
    const at = await job(kind);
    const { stdout } = await at.project.start(
      [
        ...['comment', '--report', 'reports/changes.md', '--provider', kind, '--api-url', at.host.apiUrl],
        ...['--repository', kind === 'github' ? 'o/r' : '42', '--pull-request', '5'],
        ...['--token-variable', 'MY_TOKEN'],
      ],
      { env: { MY_TOKEN: TOKEN } },
    ).ended;
    expect(stdout).toContain('Comment created');
    expect(at.host.comments).toMatchObject([{ pullRequest: 5 }]);
  });

  test('a job without a pull request says so, and does not fail', async () => {
    const at = await job(kind);
    writeFileSync(at.project.file('event.json'), '{}');
    delete at.env['CI_MERGE_REQUEST_IID'];
    const run = await at.comment();
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('This job does not run for a pull request');
    expect(at.host.requests).toEqual([]);
  });
});

test.each(['html', 'json'])('refuses a report in %s', async (form) => {
  const { project, env, host } = await job();
  const remote = makeProject({ url: 'file:remote.db' });
  buildDatabase(remote.file('remote.db'), 'CREATE TABLE t(a)');
  await remote.run('init');
  expect((await remote.run('diff', '--out', `changes.${form}`)).exit).toBe(0);
  const report = remote.file(`changes.${form}`);
  const { exit, stderr } = await project.start(['comment', '--report', report], { env }).ended;
  expect({ exit, stderr }).toEqual({
    exit: 1,
    stderr: expect.stringMatching(/^USAGE: .* is not a report in Markdown\.\n {2}Write one with /) as string,
  });
  expect(host.comments).toEqual([]);
});

test('a host that does not answer', async () => {
  const at = await job();
  await at.host.stop();
  const run = await at.comment('--json');
  expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'CODE_HOST_UNREACHABLE', retryable: true } });
});

test('many reports fit into one comment, and what is missing is named', async () => {
  const at = await job();
  const row = '| `1` | `a value` |\n';
  for (let i = 0; i < 150; i++)
    at.report(
      `### project ${i}\n\n| id | v |\n| --- | --- |\n${row.repeat(i)}\n\`\`\`diff\n${'+ line\n'.repeat(i)}\`\`\`\n`,
      `p${String(i).padStart(3, '0')}`,
    );
  at.report(NOTHING, 'zzz');
  const run = await at.comment('--json');
  const [body = ''] = bodies(at);
  expect(body.length).toBeGreaterThan(60_000);
  expect(body.length).toBeLessThanOrEqual(65_536);
  for (const i of [0, 50, 98]) expect(body).toContain(`### project ${i}\n`);
  expect(body).toContain('Not shown here: 51 more reports.');
  expect(body).toContain('Nothing changes according to 1 other report.');
  const { shortened } = (JSON.parse(run.stdout) as { result: { shortened: number } }).result;
  const notes = body.match(/^Not shown here: \d+ more lines? of this report\.$/gm) ?? [];
  expect(notes.length + 51).toBe(shortened);
  expect(notes.length).toBeGreaterThan(20);
  // Every block of code that begins ends before the next report.
  for (const part of body.split('### project ').slice(1)) {
    expect((part.match(/^```/gm) ?? []).length % 2).toBe(0);
  }
});
