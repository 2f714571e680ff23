import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { buildDatabase } from '@turso-sync/testing';
import { version } from '../version';
import { ALIASES } from './commands';
import { makeProject, startCommand, type Answer, type TestProject } from '../../test/fixtures/cli.fixture';

const COMMANDS = [
  'init',
  'push',
  'pull',
  'undo',
  'verify',
  'diff',
  'dump',
  'restore',
  'clean',
  'status',
  'doctor',
];

/** A project with a file as its remote, a working copy, and one edit. */
async function editedProject(): Promise<TestProject> {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)',
  );
  await project.run('dump-init');
  project.edit('INSERT INTO t VALUES (2, 2)');
  return project;
}

test.each(COMMANDS)('%s --help shows what it does, its options and an example', async (command) => {
  const { exit, stdout, stderr } = await startCommand(process.cwd(), [command, '--help'], []).ended;
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`Usage: turso-sync ${command}(\\|dump-\\w+)? \\[options\\]`));
  for (const option of ['--cwd', '--config', '--env', '--json', '--verbose', '--quiet'])
    expect(stdout).toContain(option);
  expect(stdout).toMatch(/\nExamples?:\n {2}\$ .*turso-sync /);
  expect(stdout).toContain(command);
});

test.each(Object.entries(ALIASES))('%s is another name of %s', async (alias, command) => {
  const help = await startCommand(process.cwd(), [alias, '--help'], []).ended;
  expect(help).toEqual(await startCommand(process.cwd(), [command, '--help'], []).ended);
  expect(help.exit).toBe(0);
});

test('--help lists the commands, and --version is the version', async () => {
  const help = await startCommand(process.cwd(), ['--help'], []).ended;
  expect(help.exit).toBe(0);
  for (const command of COMMANDS) expect(help.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  expect(await startCommand(process.cwd(), ['--version'], []).ended).toEqual({
    exit: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test.each([
  { args: [], says: 'Usage: turso-sync' },
  { args: ['pusch'], says: 'Did you mean push?' },
  { args: ['diff', '--exitcode'], says: 'Did you mean --exit-code?' },
  { args: ['diff', '--cwd'], says: 'argument missing' },
  { args: ['diff', 'extra'], says: 'too many arguments' },
  { args: ['diff', '--quiet', '--verbose'], says: 'cannot be used with' },
])('a command line that is wrong is a failure: $args', async ({ args, says }) => {
  const run = await startCommand(process.cwd(), args, []).ended;
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toContain(says);
});

test.each([
  [['dump-push', '--max-rows-written', '0'], '`turso-sync push --help` shows the options'],
  [['pusch'], '`turso-sync --help` shows the commands'],
  [['toString'], '`turso-sync --help` shows the commands'],
])('a command line that is wrong names the help that helps: %j', async (args, help) => {
  expect((await startCommand(process.cwd(), args, []).ended).stderr).toContain(`\n(${help})\n`);
  const { stdout } = await startCommand(process.cwd(), [...args, '--json'], []).ended;
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', hint: `${help}.` } });
});

test('a wrong command line is an object on stdout for those who ask for JSON', async () => {
  const { exit, stdout } = await startCommand(process.cwd(), ['diff', '--json', '--nonsense'], []).ended;
  expect(exit).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    command: 'diff',
    version: 1,
    ok: false,
    error: {
      code: 'USAGE',
      message: "unknown option '--nonsense'",
      hint: expect.stringContaining('--help') as string,
      retryable: false,
    },
  });
});

test('a token on the command line is not repeated', async () => {
  const token = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';
  for (const args of [['diff', `--${token}`], [token], ['diff', '--json', token], ['diff', '--env', token]]) {
    expect(await startCommand(process.cwd(), args, [token]).ended).toMatchObject({ exit: 1 });
  }
});

describe('every command', () => {
  const runs = ['init --force', 'diff', 'push --dry-run', 'push', 'status'];

  test.each(runs)('%s with --quiet prints nothing', async (words) => {
    const project = await editedProject();
    expect(await project.run(...words.split(' '), '--quiet')).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  test.each(runs)('%s with --json prints one object on stdout, and no more with --verbose', async (words) => {
    const project = await editedProject();
    const [command, ...options] = words.split(' ');
    const run = await project.run(command ?? '', ...options, '--json', '--verbose');
    expect(run.exit).toBe(0);
    const lines = run.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(run.stdout)).toMatchObject({ command, ok: true, result: expect.anything() as object });
  });
});

test('--verbose tells each step and each batch on stderr, and the answer stays the same', async () => {
  const project = await editedProject();
  const run = await project.run('dump-push', '--verbose');
  expect(run.exit).toBe(0);
  expect(run.stderr).toContain('INSERT t 1 row');
  expect(run.stderr).toMatch(/Transaction of \d+ statements/);
  expect(run.stderr).toMatch(/push: \d+ ms/);
  expect(run.stdout).toMatch(
    /^INSERT t 1 row\nTotal: 1 row inserted, 0 updated, 0 deleted\.\nPushed to file:.*\n$/,
  );
});

test('an error is on stderr, with its code and what to do, also with --quiet, and on stdout with --json', async () => {
  const project = makeProject();
  const run = await project.run('diff', '--quiet');
  expect(run).toMatchObject({ exit: 1, stdout: '' });
  expect(run.stderr).toMatch(/^BASE_MISSING: .*\n {2}Run `turso-sync init` first\.\n$/);
  const { stdout, stderr } = await project.start(['diff', '--json']).ended;
  expect(stderr).toContain('BASE_MISSING');
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'diff',
    ok: false,
    error: { code: 'BASE_MISSING', retryable: false, hint: expect.any(String) as string },
  } satisfies Partial<Record<keyof Answer, unknown>>);
});

test('--cwd and --config find the project from elsewhere', async () => {
  const project = makeProject(undefined, {
    'app/.env': 'TURSO_DATABASE_URL=file:remote.db',
    'app/other.json': '{ "workingCopy": "other.db" }',
  });
  buildDatabase(project.file('app/remote.db'), 'CREATE TABLE t(v)');
  expect((await project.run('dump-init', '--cwd', 'app')).stdout).toContain(
    project.file('app/working_copy.db'),
  );
  expect((await project.run('dump-init', '--config', 'app/other.json', '--force')).stdout).toContain(
    project.file('app/other.db'),
  );
  expect((await project.run('dump-init', '--cwd', 'app', '--config', 'other.json', '--force')).exit).toBe(0);
});

test('advice works in the same place', async () => {
  const project = makeProject(undefined, {
    'my app/.env': 'STAGING_URL=file:none.db',
    'my app/turso-sync.config.json': '{ "environments": { "staging": { "urlVariable": "STAGING_URL" } } }',
  });
  const place = ['--cwd', 'my app', '--env', 'staging'];
  const advised = 'turso-sync init --cwd "my app" --env staging --create`';
  expect((await project.run('init', ...place)).stderr).toContain(advised);
  const { stdout } = await project.run('init', '--json', ...place);
  expect((JSON.parse(stdout) as { error: { hint: string } }).error.hint).toContain(advised);
  expect((await project.run('init', '--create', ...place)).stdout).toContain(
    '`turso-sync push --cwd "my app" --env staging` carries them',
  );
});

test('a folder that is not there is not made', async () => {
  const project = makeProject({ url: 'file:remote.db' });
  const before = project.digests();
  const run = await project.run('dump-init', '--cwd', 'typo');
  expect(run).toMatchObject({ exit: 1 });
  expect(run.stderr).toContain(`USAGE: There is no folder ${project.file('typo')}`);
  expect(project.digests()).toEqual(before);
});

test('--env chooses an environment of the config, each with its own variables', async () => {
  const config = {
    environments: {
      staging: { urlVariable: 'STAGING_URL', workingCopy: 'staging.db', stateDir: '.turso-staging' },
    },
  };
  const project = makeProject(undefined, {
    'turso-sync.config.json': JSON.stringify(config),
    '.env': 'TURSO_DATABASE_URL=file:main.db\nSTAGING_URL=file:staging-remote.db\n',
  });
  buildDatabase(project.file('main.db'), 'CREATE TABLE main(v)');
  buildDatabase(project.file('staging-remote.db'), 'CREATE TABLE staging(v)');
  expect((await project.run('dump-init')).stdout).toContain('working_copy.db');
  expect((await project.run('dump-init', '--env', 'staging')).stdout).toContain('staging.db');
  expect((await project.json('status', '--env', 'staging')).result).toMatchObject({
    environment: 'staging',
    variables: { url: { name: 'STAGING_URL' } },
  });
  const unknown = await project.run('status', '--env', 'stage');
  expect(unknown).toMatchObject({ exit: 1 });
  expect(unknown.stderr).toMatch(
    /^CONFIG_INVALID: There is no environment "stage" .*\n {2}It has staging\.\n$/,
  );
});

test('a reader that goes away, such as `head`, does not break it off', async () => {
  const project = await editedProject();
  const command = path.join(__dirname, '..', '..', 'bin', 'turso-sync.js');
  const pipe = `"$1" "$2" dump-push --verbose 2>&1 | true; "$1" "$2" diff --exit-code`;
  const shell = spawn('sh', ['-c', pipe, 'sh', process.execPath, command], { cwd: project.dir });
  let stdout = '';
  shell.stdout.on('data', (text) => (stdout += String(text)));
  const [code] = (await once(shell, 'close')) as [number];
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'No changes.\n' });
});
