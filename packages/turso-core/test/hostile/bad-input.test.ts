import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase } from '@turso-sync/testing';
import { digestsOf, makeProject, type TestProject } from '../fixtures/cli.fixture';

/** A project whose remote is a file in it, with a base and an edit. */
async function editedProject(): Promise<TestProject> {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(
    project.file('remote.db'),
    'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)',
  );
  expect((await project.run('dump-init')).exit).toBe(0);
  project.edit('UPDATE t SET v = 2');
  return project;
}

interface Bad {
  /** What is done to the project's folder first. */
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: (project: TestProject) => void;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: string;
  /** Part of message or hint. */
  readonly says: string;
}

const config = (content: string, ending = 'json'): Readonly<Record<string, string>> => ({
  [`turso-sync.config.${ending}`]: content,
});

/** By what is wrong. */
const BAD: Readonly<Record<string, Bad>> = {
  // the command line
  'no such command': { args: ['pusch'], code: 'USAGE', says: 'unknown command' },
  'an empty command': { args: [''], code: 'USAGE', says: 'unknown command' },
  'an unknown option': { args: ['diff', '--valuse'], code: 'USAGE', says: '--values' },
  'a misspelled dry run': { args: ['dump-push', '--dryrun'], code: 'USAGE', says: '--dry-run' },
  'an extra word': { args: ['dump-push', 'now'], code: 'USAGE', says: 'too many arguments' },
  '--limit 0': { args: ['diff', '--limit', '0'], code: 'USAGE', says: 'whole number of 1' },
  '--limit -1': { args: ['diff', '--limit=-1'], code: 'USAGE', says: 'whole number of 1' },
  '--limit 1.5': { args: ['diff', '--limit', '1.5'], code: 'USAGE', says: 'whole number of 1' },
  '--limit of a word': { args: ['diff', '--limit', 'all'], code: 'USAGE', says: 'whole number of 1' },
  '--limit of nothing': { args: ['diff', '--limit', ''], code: 'USAGE', says: 'whole number of 1' },
  '--limit beyond numbers': {
    args: ['diff', '--limit', '9'.repeat(30)],
    code: 'USAGE',
    says: 'whole number of 1',
  },
  '--push 0': { args: ['undo', '--push', '0'], code: 'USAGE', says: 'whole number of 1' },
  '--push of a word': { args: ['undo', '--push', 'last'], code: 'USAGE', says: 'whole number of 1' },
  'another --merge': { args: ['pull', '--merge', 'all'], code: 'USAGE', says: 'Allowed choices' },
  'another --on-conflict': {
    args: ['dump-push', '--on-conflict', 'mine'],
    code: 'USAGE',
    says: 'Allowed choices',
  },
  'another --resume': { args: ['dump-push', '--resume', 'yes'], code: 'USAGE', says: 'Allowed choices' },
  'two sources of a dump': {
    args: ['dump', '--remote', '--working-copy'],
    code: 'USAGE',
    says: 'cannot be used with',
  },
  '--quiet and --verbose': {
    args: ['diff', '--quiet', '--verbose'],
    code: 'USAGE',
    says: 'cannot be used with',
  },
  'a dump and an answer on stdout': { args: ['dump', '--remote'], code: 'USAGE', says: '--output' },

  // folders and files that are named
  '--cwd of no folder': { args: ['status', '--cwd', 'missing'], code: 'USAGE', says: 'There is no folder' },
  '--cwd of nothing': { args: ['status', '--cwd', ''], code: 'USAGE', says: 'cwd' },
  '--cwd of a file': { args: ['status', '--cwd', 'remote.db'], code: 'USAGE', says: 'There is no folder' },
  '--cwd below a file': {
    args: ['status', '--cwd', 'remote.db/x'],
    code: 'FILE_INACCESSIBLE',
    says: 'ENOTDIR',
  },
  '--cwd too long': {
    args: ['status', '--cwd', 'x'.repeat(5000)],
    code: 'FILE_INACCESSIBLE',
    says: 'ENAMETOOLONG',
  },
  '--config of no file': {
    args: ['status', '--config', 'missing.json'],
    code: 'CONFIG_UNREADABLE',
    says: 'missing.json',
  },
  '--config of a folder': {
    args: ['status', '--config', '.turso'],
    code: 'CONFIG_UNREADABLE',
    says: '--config',
  },
  '--config of nothing': { args: ['status', '--config', ''], code: 'USAGE', says: 'config' },
  '--config of another kind': {
    args: ['status', '--config', 'remote.db'],
    code: 'CONFIG_UNREADABLE',
    says: '--config',
  },
  '--env without a config': { args: ['status', '--env', 'staging'], code: 'CONFIG_INVALID', says: 'staging' },
  '--env of nothing': { args: ['status', '--env', ''], code: 'USAGE', says: 'env' },
  '--save into no folder': {
    args: ['diff', '--save', 'missing/plan.json'],
    code: 'FILE_INACCESSIBLE',
    says: 'There is no folder',
  },
  '--save onto a folder': {
    args: ['diff', '--save', '.turso'],
    code: 'FILE_INACCESSIBLE',
    says: 'is a folder',
  },
  '--save below a file': {
    args: ['diff', '--save', 'remote.db/plan.json'],
    code: 'FILE_INACCESSIBLE',
    says: 'remote.db/plan.json',
  },
  '--save of nothing': { args: ['diff', '--save', ''], code: 'FILE_INACCESSIBLE', says: 'is a folder' },
  '--save with too long a name': {
    args: ['diff', '--save', 'x'.repeat(300)],
    code: 'FILE_INACCESSIBLE',
    says: 'ENAMETOOLONG',
  },
  '-o into no folder': {
    args: ['dump', '--remote', '-o', 'missing/x.sql'],
    code: 'FILE_INACCESSIBLE',
    says: 'There is no folder',
  },
  '-o onto a folder': { args: ['dump', '-o', '.'], code: 'FILE_INACCESSIBLE', says: 'is a folder' },
  '-o below a file': {
    args: ['dump', '--working-copy', '-o', 'remote.db/x'],
    code: 'FILE_INACCESSIBLE',
    says: 'remote.db/x',
  },
  '-o with too long a name': {
    args: ['dump', '-o', 'x'.repeat(300)],
    code: 'FILE_INACCESSIBLE',
    says: 'ENAMETOOLONG',
  },
  '--table that is not there': {
    args: ['diff', '--table', 'tt'],
    code: 'TABLE_NOT_FOUND',
    says: 'Did you mean',
  },
  '--table of nothing': { args: ['diff', '--table', ''], code: 'USAGE', says: 'table' },
  '--plan that is not there': {
    args: ['dump-push', '--plan', 'plan.json'],
    code: 'CHANGES_UNREADABLE',
    says: 'diff --save',
  },
  '--plan of a folder': {
    args: ['dump-push', '--plan', '.turso'],
    code: 'FILE_INACCESSIBLE',
    says: 'there is a folder where a file belongs (EISDIR).',
  },
  '--plan that is empty': {
    files: { 'p.json': '' },
    args: ['dump-push', '--plan', 'p.json'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  '--plan that is no JSON': {
    files: { 'p.json': 'x' },
    args: ['dump-push', '--plan', 'p.json'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  '--plan that is null': {
    files: { 'p.json': 'null' },
    args: ['dump-push', '--plan', 'p.json'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  '--plan that is a list': {
    files: { 'p.json': '[]' },
    args: ['dump-push', '--plan', 'p.json'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  '--plan that is an object': {
    files: { 'p.json': '{}' },
    args: ['dump-push', '--plan', 'p.json'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  '--plan that is a database': {
    args: ['dump-push', '--plan', 'remote.db'],
    code: 'CHANGES_UNREADABLE',
    says: '',
  },
  'a push to undo that is not there': { args: ['undo', '--push', '7'], code: 'NOTHING_TO_UNDO', says: '' },

  // configs
  'a JSON config that is null': {
    files: config('null'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'holds no config',
  },
  'a JSON config that is a list': {
    files: config('[]'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a JSON config that is a number': {
    files: config('5'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a JSON config that is text': {
    files: config('"x"'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a JSON config that is cut': {
    files: config('{"a":'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.json',
  },
  'a JSON config of bytes': {
    files: config('\0\x01\x02'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.json',
  },
  'a YAML config that is broken': {
    files: config('a: [', 'yaml'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.yaml',
  },
  'a YAML config that is text': {
    files: config('just words', 'yaml'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a YAML config of null': {
    files: config('null', 'yaml'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'holds no config',
  },
  'an rc file that is broken': {
    files: { '.turso-syncrc': '{a: [' },
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: '.turso-syncrc',
  },
  'a package.json that is broken': {
    files: { 'package.json': '{"turso-sync": {' },
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'package.json',
  },
  'a package.json with null': {
    files: { 'package.json': '{"turso-sync": null}' },
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'package.json',
  },
  'a package.json with text': {
    files: { 'package.json': '{"turso-sync": "x"}' },
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a module without a default': {
    files: config('export const config = { urlVariable: "X" }', 'mjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'default',
  },
  'a module that exports nothing': {
    files: config('', 'mjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'default',
  },
  'a module that exports null': {
    files: config('export default null', 'mjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'holds no config',
  },
  'a module that exports a function': {
    files: config('export default () => ({})', 'mjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a module that exports a promise': {
    files: config('export default 5', 'mjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'object',
  },
  'a module with a syntax error': {
    files: config('export default {', 'mjs'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.mjs: Unexpected end of input',
  },
  'a module that throws': {
    files: config('throw new Error("no")', 'mjs'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'no',
  },
  'a module that throws null': {
    files: config('throw null', 'mjs'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.mjs',
  },
  'a module that imports what is not there': {
    files: config('import "nowhere"; export default {}', 'mjs'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'nowhere',
  },
  'a CommonJS config with a syntax error': {
    files: config('module.exports = {', 'cjs'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.cjs',
  },
  'a CommonJS config of other names': {
    files: config('exports.config = {}', 'cjs'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'Unknown key "config"',
  },
  'a TypeScript config with a syntax error': {
    files: config('const x: = 5; export default {}', 'ts'),
    args: ['status'],
    code: 'CONFIG_UNREADABLE',
    says: 'config.ts',
  },
  'a TypeScript config without a default': {
    files: config('export const config = {}', 'ts'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'default',
  },
  'a config that is a folder': {
    files: { 'turso-sync.config.json/x': '' },
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'config.json',
  },
  'an unknown key': {
    files: config('{"workingcopy": "x.db"}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'Did you mean "workingCopy"?',
  },
  'an unknown key of an environment': {
    files: config('{"environments":{"a":{"url":"x"}}}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'environments.a.url',
  },
  'environments that are a list': {
    files: config('{"environments":[]}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'environments',
  },
  'an environment that is null': {
    files: config('{"environments":{"a":null}}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'environments.a',
  },
  'a value of another type': {
    files: config('{"workingCopy": 5}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'workingCopy',
  },
  'an empty value': {
    files: config('{"stateDir": ""}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'stateDir',
  },
  'NUL in the path of the working copy': {
    files: config('{"workingCopy":"a\\u0000b"}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'NUL',
  },
  'NUL in the path of the state': {
    files: config('{"stateDir":"a\\u0000b"}'),
    args: ['dump-init'],
    code: 'CONFIG_INVALID',
    says: 'NUL',
  },
  'a variable that is none': {
    files: config('{"urlVariable":"A B"}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: 'environment variable',
  },
  'a token as a value': {
    files: config('{"authTokenVariable":"eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.abc"}'),
    args: ['status'],
    code: 'CONFIG_HAS_SECRET',
    says: 'holds a secret',
  },
  'a token as a key': {
    files: config('{"authToken":"x"}'),
    args: ['status'],
    code: 'CONFIG_HAS_SECRET',
    says: 'TURSO_AUTH_TOKEN',
  },
  ...Object.fromEntries(
    ['init', 'push', 'pull', 'diff', 'undo', 'verify', 'dump', 'status'].map((command) => [
      `a state folder that is a file, for ${command}`,
      {
        files: { ...config('{"stateDir":"state"}'), state: 'x' },
        args: [command],
        code: 'FILE_INACCESSIBLE',
        says: 'state',
      },
    ]),
  ),
  'a state folder below a file': {
    files: { ...config('{"stateDir":"state/x"}'), state: 'x' },
    args: ['dump-init'],
    code: 'FILE_INACCESSIBLE',
    says: 'state',
  },
  '--keep-edits without a working copy': {
    prepare: (project) => rmSync(project.file('working_copy.db')),
    args: ['init', '--keep-edits'],
    code: 'WORKING_COPY_MISSING',
    says: 'no working copy',
  },
  'a working copy among our own': {
    files: config('{"workingCopy":".turso/default/base/baseline.db"}'),
    args: ['status'],
    code: 'CONFIG_INVALID',
    says: "turso-sync's own",
  },
  'a working copy below a file': {
    files: config('{"workingCopy":"remote.db/w.db"}'),
    args: ['dump-init'],
    code: 'FILE_INACCESSIBLE',
    says: 'remote.db',
  },

  // the URL and the token
  'no URL': {
    env: { TURSO_DATABASE_URL: '' },
    files: { '.env': '' },
    args: ['dump-push'],
    code: 'URL_MISSING',
    says: 'TURSO_DATABASE_URL',
  },
  ...Object.fromEntries(
    [
      'my-db.turso.io',
      'postgres://x',
      'file:',
      'file:///',
      'http://',
      'libsql://[',
      'http://a b',
      'file:%ff',
      'file:a%00b',
      'file://host/x',
      ':',
      '//x',
      'data:,x',
      'C:\\x.db',
    ].map((url) => [
      `the URL ${url}`,
      { env: { TURSO_DATABASE_URL: url }, args: ['dump-push'], code: 'URL_UNSUPPORTED', says: '' },
    ]),
  ),
  'a URL with a password': {
    env: { TURSO_DATABASE_URL: 'libsql://me:pass@db.example' },
    args: ['dump-push'],
    code: 'CONFIG_HAS_SECRET',
    says: 'TURSO_AUTH_TOKEN',
  },
  'a token with a line break': {
    env: { TURSO_DATABASE_URL: 'http://127.0.0.1:1', TURSO_AUTH_TOKEN: 'a\nb' },
    args: ['pull', '--accept-remote'],
    code: 'REMOTE_UNAUTHORIZED',
    says: 'line break',
  },
  'a port where nobody listens': {
    env: { TURSO_DATABASE_URL: 'http://127.0.0.1:1' },
    args: ['pull', '--accept-remote'],
    code: 'REMOTE_UNREACHABLE',
    says: 'connection refused',
  },
  'a port beyond all': {
    env: { TURSO_DATABASE_URL: 'http://127.0.0.1:99999' },
    args: ['pull'],
    code: 'URL_UNSUPPORTED',
    says: '',
  },
  'an .env that is a working copy': {
    env: { TURSO_DATABASE_URL: 'file:working_copy.db' },
    args: ['pull'],
    code: 'URL_UNSUPPORTED',
    says: 'working copy',
  },

  // what is in the folder
  'a working copy that is text': {
    prepare: (p) => writeFileSync(p.file('working_copy.db'), 'text '.repeat(500)),
    args: ['dump-push'],
    code: 'WORKING_COPY_NOT_A_DATABASE',
    says: '',
  },
  'a working copy that is gone': {
    prepare: (p) => rmSync(p.file('working_copy.db')),
    args: ['dump-push'],
    code: 'WORKING_COPY_MISSING',
    says: '',
  },
  'a working copy that is a folder': {
    prepare: (p) => {
      rmSync(p.file('working_copy.db'));
      mkdirSync(p.file('working_copy.db'));
    },
    args: ['dump-push'],
    code: 'FILE_INACCESSIBLE',
    says: 'working_copy.db cannot be used: there is a folder where a file belongs (EISDIR).',
  },
  'a base that is a folder': {
    prepare: (p) => {
      rmSync(p.file('.turso/default/base/baseline.db'));
      mkdirSync(p.file('.turso/default/base/baseline.db'));
    },
    args: ['push'],
    code: 'BASE_DAMAGED',
    says: 'baseline.db is not a file',
  },
  'a manifest that is no JSON': {
    prepare: (p) => writeFileSync(p.file('.turso/default/base/manifest.json'), '{'),
    args: ['dump-push'],
    code: 'BASE_DAMAGED',
    says: '',
  },
  'a manifest that is null': {
    prepare: (p) => writeFileSync(p.file('.turso/default/base/manifest.json'), 'null'),
    args: ['dump-push'],
    code: 'BASE_DAMAGED',
    says: '',
  },
  'a base that is text': {
    prepare: (p) => writeFileSync(p.file('.turso/default/base/baseline.db'), 'text '.repeat(500)),
    args: ['dump-push'],
    code: 'BASE_DAMAGED',
    says: '',
  },
};

test.each([
  ['pull.json', 'pull'],
  ['push.json', 'diff'],
  ['diff.sql', 'diff'],
  ['changes.json', 'diff'],
])('a folder where %s belongs is told of in plain words', async (name, command) => {
  const project = await editedProject();
  mkdirSync(project.file(`.turso/default/${name}`));
  const { exit, stderr } = await project.run(command, '--quiet');
  expect({ exit, stderr }).toEqual({
    exit: 1,
    stderr: expect.stringContaining(
      `.turso/default/${name} cannot be used: there is a folder where a file belongs (EISDIR).\n`,
    ) as string,
  });
});

test('a push that went through says so if conflicts.json is a folder', async () => {
  const project = await editedProject();
  mkdirSync(project.file('.turso/default/conflicts.json'));
  const { exit, stderr } = await project.run('push', '--quiet');
  expect({ exit, stderr }).toEqual({
    exit: 1,
    stderr: expect.stringMatching(
      /^FILE_INACCESSIBLE: The push went through, .+a folder where a file/,
    ) as string,
  });
  rmSync(project.file('.turso/default/conflicts.json'), { recursive: true });
  expect(await project.run('push', '--quiet')).toMatchObject({ exit: 0 });
});

test('there are many', () => {
  expect(Object.keys(BAD).length).toBeGreaterThan(100);
});

describe('bad input', () => {
  const made = editedProject();

  test.each(Object.keys(BAD))('%s has its own code and a hint, and changes nothing', async (what) => {
    const { files = {}, prepare, args, env = {}, code, says } = BAD[what] as Bad;
    const template = await made;
    const project = makeProject(undefined, {});
    copyFolder(template.dir, project.dir);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(project.file(name)), { recursive: true });
      writeFileSync(project.file(name), content);
    }
    prepare?.(project);
    const before = filesOf(project.dir);
    const { exit, stdout, stderr } = await project.start([...args, '--json'], { env }).ended;
    const { ok, error } = JSON.parse(stdout) as {
      ok: boolean;
      error: { code: string; message: string; hint: string };
    };
    expect({ exit, ok, code: error.code }).toEqual({ exit: 1, ok: false, code });
    expect(error.hint).toMatch(/\S/);
    expect(`${error.message} ${error.hint}`).toContain(says);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(filesOf(project.dir)).toEqual(before);
  });
});

/** All files, but for the name that a state folder is given when it is first used, the snapshot, which is a cache, and the
 * manifest, which notes where the copy of the folder is. */
function filesOf(dir: string): Record<string, string> {
  const isKept = ([name]: [string, string]): boolean =>
    !/folder-id$|default.snapshot|base.manifest/.test(name);
  return Object.fromEntries(Object.entries(digestsOf(dir)).filter(isKept));
}

function copyFolder(from: string, to: string): void {
  for (const name of Object.keys(digestsOf(from))) {
    mkdirSync(path.dirname(path.join(to, name)), { recursive: true });
    copyFileSync(path.join(from, name), path.join(to, name));
  }
}
