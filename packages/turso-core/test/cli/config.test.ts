import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase } from '@turso-sync/testing';
import type { StatusResult } from '../../src/commands/status';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';

const CONFIG = { workingCopy: 'data/app.db', urlVariable: 'APP_DATABASE_URL' };
const json = JSON.stringify(CONFIG);
const typed = `import type { Config } from 'turso-core';
const config: Config = ${json};
export default config;`;
const yaml = 'workingCopy: data/app.db\nurlVariable: APP_DATABASE_URL\n';

async function statusOf(project: TestProject, ...args: string[]): Promise<StatusResult> {
  return (await project.json<{ result: StatusResult }>('status', ...args)).result;
}

test('a config in the home folder is not the project’s', async () => {
  const project = makeProject(undefined, {
    'package.json': '{ "name": "app" }',
    'home/turso-sync/config.json': json,
  });
  const home = project.file('home');
  const { stdout } = await project.start(['status', '--json'], { env: { HOME: home, XDG_CONFIG_HOME: home } })
    .ended;
  expect(JSON.parse(stdout)).toMatchObject({
    result: { project: { directory: project.dir, configFile: null } },
  });
});

describe('a config is found', () => {
  test.each([
    ['turso-sync.config.ts', typed],
    ['turso-sync.config.js', `module.exports = ${json};`],
    ['turso-sync.config.cjs', `module.exports = ${json};`],
    ['turso-sync.config.mjs', `export default ${json};`],
    ['turso-sync.config.json', json],
    ['turso-sync.config.yaml', yaml],
    ['turso-sync.config.yml', yaml],
    ['.turso-syncrc', yaml],
    ['.turso-syncrc', json],
    ['.turso-syncrc.json', json],
    ['.turso-syncrc.ts', typed],
    ['package.json', `{ "name": "app", "turso-sync": ${json} }`],
  ])('as %s', async (name, text) => {
    const project = makeProject(undefined, { [name]: text, '.env': 'APP_DATABASE_URL=file:remote.db' });
    const before = project.digests();
    const result = await statusOf(project);
    expect(result.project).toEqual({
      directory: project.dir,
      configFile: project.file(name),
      exclude: [],
    });
    expect(result.workingCopy.path).toBe(project.file('data/app.db'));
    expect(result.variables.url).toEqual({ name: 'APP_DATABASE_URL', isSet: true });
    // A TypeScript config is translated into a file beside it for a moment.
    expect(project.digests()).toEqual(before);
  });

  test('as a module, without a warning of Node', async () => {
    const project = makeProject(undefined, {
      'turso-sync.config.mjs': `await null; export default ${json};`,
      '.env': 'APP_DATABASE_URL=file:remote.db',
    });
    // The second process loads code that the first one has compiled.
    for (let process = 1; process <= 2; process++)
      expect(await project.run('status')).toMatchObject({ exit: 0, stderr: '' });
  });

  test('by several processes at once, of which none is in the way of another', async () => {
    const project = makeProject(undefined, { 'turso-sync.config.ts': typed });
    const all = await Promise.all(Array.from({ length: 4 }, () => statusOf(project)));
    for (const { workingCopy } of all) expect(workingCopy.path).toBe(project.file('data/app.db'));
  });

  test.each([
    ['turso-sync.config.mjs', 'export default'],
    ['turso-sync.config.cjs', 'module.exports ='],
    ['turso-sync.config.js', 'module.exports ='],
    ['turso-sync.config.ts', 'export default'],
    ['turso-sync.config.json', ''],
  ])('as it is now by a process that lives long, such as a daemon (%s)', async (name, start) => {
    const project = makeProject();
    const script = `const { loadProject } = require(process.argv[1]);
      const fs = require('fs');
      (async () => {
        for (const path of ['one', 'two', 'one']) {
          fs.writeFileSync(process.argv[2], process.argv[3] + JSON.stringify({ workingCopy: path }));
          console.log(require('path').basename((await loadProject()).workingCopy));
        }
      })();`;
    const args = ['-e', script, path.join(__dirname, '..', '..', 'dist'), name, start];
    const child = spawn(process.execPath, args, { cwd: project.dir, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += String(text)));
    await once(child, 'close');
    expect(stdout).toBe('one\ntwo\none\n');
  });

  test('only in the folder itself, and where there is none the defaults are in force', async () => {
    const project = makeProject(undefined, {
      'turso-sync.config.json': json,
      'inner/x': '',
      'package.json': '{}',
    });
    const { configFile } = (await statusOf(project, '--cwd', 'inner')).project;
    expect(configFile).toBeNull();
    const bare = makeProject(undefined, { 'package.json': '{ "name": "app" }' });
    const result = await statusOf(bare);
    expect(result.project.configFile).toBeNull();
    expect(result.workingCopy.path).toBe(bare.file('working_copy.db'));
  });

  test('makes the folder of a working copy that has none yet', async () => {
    const project = makeProject(undefined, {
      'turso-sync.config.json': '{ "workingCopy": "a/b/app.db", "stateDir": "c/state" }',
      '.env': 'TURSO_DATABASE_URL=file:remote.db',
    });
    buildDatabase(project.file('remote.db'), 'CREATE TABLE t(v)');
    expect((await project.run('dump-init')).exit).toBe(0);
    expect(Object.keys(project.digests())).toEqual(
      expect.arrayContaining([
        'a/b/app.db',
        'c/state/default/base/baseline.db',
        'c/state/default/snapshot/original_dump.sql',
      ]),
    );
  });
});

describe('.env beside the config', () => {
  test('tells the URL and the token, and the environment wins', async () => {
    const project = makeProject(undefined, {
      'app/turso-sync.config.json': '{}',
      'app/.env': 'TURSO_DATABASE_URL=file:from-dot-env.db\nexport TURSO_AUTH_TOKEN="quoted"\n# comment\n',
      '.env': 'TURSO_DATABASE_URL=file:of-the-wrong-folder.db\n',
    });
    const args = ['--config', 'app/turso-sync.config.json'];
    const result = await statusOf(project, ...args);
    expect(result.remote).toBe(`file:${project.file('app/from-dot-env.db')}`);
    expect(result.variables.authToken.isSet).toBe(true);
    const env = { TURSO_DATABASE_URL: 'file:from-the-environment.db' };
    const { stdout } = await project.start(['status', ...args], { env }).ended;
    expect(stdout).toContain(project.file('app/from-the-environment.db'));
    // One that is empty counts as not set.
    const empty = await project.start(['status', ...args], { env: { TURSO_DATABASE_URL: '' } }).ended;
    expect(empty.stdout).toContain('from-dot-env.db');
  });

  test('may begin with a BOM, have CRLF at the ends of its lines, or be a folder of Python', async () => {
    const windows = makeProject(undefined, {
      '.env': '\ufeffTURSO_DATABASE_URL=file:a.db\r\nTURSO_AUTH_TOKEN=a-token-that-no-path-contains\r\n',
    });
    expect((await statusOf(windows)).remote).toBe(`file:${windows.file('a.db')}`);
    const python = makeProject(undefined, { '.env/bin/activate': '' });
    expect(await statusOf(python)).toMatchObject({
      remote: null,
      remoteState: { problem: { code: 'URL_MISSING' } },
    });
  });
});

const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';

describe('a config that is wrong', () => {
  interface Wrong {
    readonly what: string;
    readonly name?: string;
    readonly text: string;
    readonly code: string;
    readonly says: readonly string[];
  }
  const wrong: Wrong[] = [
    {
      what: 'an unknown key',
      text: '{ "workingcopi": "x" }',
      code: 'CONFIG_INVALID',
      says: ['"workingcopi"', 'Did you mean "workingCopy"?', 'Allowed are urlVariable, authTokenVariable,'],
    },
    {
      what: 'an unknown key that is like none',
      text: '{ "database": "x" }',
      code: 'CONFIG_INVALID',
      says: ['Unknown key "database"', '  Allowed are urlVariable'],
    },
    {
      what: 'an unknown key in an environment',
      text: '{ "environments": { "prod": { "statedir": "x" } } }',
      code: 'CONFIG_INVALID',
      says: ['"environments.prod.statedir"', 'Did you mean "stateDir"?'],
    },
    {
      what: 'a number for a path',
      text: '{ "workingCopy": 7 }',
      code: 'CONFIG_INVALID',
      says: ['"workingCopy"', 'must be a string that is not empty, not 7'],
    },
    {
      what: 'an empty path',
      text: '{ "workingCopy": "" }',
      code: 'CONFIG_INVALID',
      says: ['"workingCopy"', 'not an empty string'],
    },
    {
      what: 'a list of environments',
      text: '{ "environments": ["prod"] }',
      code: 'CONFIG_INVALID',
      says: ['"environments"', 'must be an object of named environments, not a list'],
    },
    {
      what: 'a list',
      text: '[]',
      code: 'CONFIG_INVALID',
      says: ['the config', 'must be an object, not a list'],
    },
    {
      what: 'a function',
      name: 'turso-sync.config.cjs',
      text: 'module.exports = () => ({})',
      code: 'CONFIG_INVALID',
      says: ['must be an object, not a function'],
    },
    {
      what: 'a URL for the name of its variable',
      text: '{ "urlVariable": "libsql://db.turso.io?authToken=opaque" }',
      code: 'CONFIG_INVALID',
      says: ['"urlVariable"', 'no name of an environment variable'],
    },
    {
      what: 'a working copy among our own files',
      text: '{ "workingCopy": ".turso/default/snapshot/baseline.db" }',
      code: 'CONFIG_INVALID',
      says: ['"workingCopy"', "turso-sync's own"],
    },
    {
      what: 'a token in JSON',
      text: `{ "authToken": "opaque" }`,
      code: 'CONFIG_HAS_SECRET',
      says: ['"authToken"'],
    },
    {
      what: 'a token under any name',
      text: `{ "environments": { "prod": { "x": ["${TOKEN}"] } } }`,
      code: 'CONFIG_HAS_SECRET',
      says: ['TURSO_AUTH_TOKEN'],
    },
    {
      what: 'a token by the name of its variable',
      text: '{ "TURSO_AUTH_TOKEN": "opaque" }',
      code: 'CONFIG_HAS_SECRET',
      says: ['"TURSO_AUTH_TOKEN"'],
    },
    { what: 'a token as a key', text: `{ "${TOKEN}": 1 }`, code: 'CONFIG_HAS_SECRET', says: ['"[token]"'] },
    {
      what: 'a token in YAML',
      name: '.turso-syncrc',
      text: `urlVariable: X\ntoken: ${TOKEN}\n`,
      code: 'CONFIG_HAS_SECRET',
      says: ['"token"'],
    },
    {
      what: 'a token in JavaScript',
      name: 'turso-sync.config.mjs',
      text: `export default { authTokenVariable: '${TOKEN}' };`,
      code: 'CONFIG_HAS_SECRET',
      says: ['"authTokenVariable"'],
    },
    {
      what: 'JSON that does not parse, with a token in it',
      text: `{\n  "urlVariable": "X",\n  "authToken": "${TOKEN} opaque",\n}`,
      code: 'CONFIG_UNREADABLE',
      says: ['turso-sync.config.json: line 4: Expected double-quoted property name'],
    },
    {
      what: 'YAML that does not parse, with a token in it',
      name: 'turso-sync.config.yaml',
      text: `token: opaque: ${TOKEN}\n`,
      code: 'CONFIG_UNREADABLE',
      says: ['turso-sync.config.yaml: bad indentation of a mapping entry (1:14)'],
    },
    {
      what: 'JavaScript that does not parse, with a token in it',
      name: 'turso-sync.config.js',
      text: `module.exports = { authToken: '${TOKEN} opaque' `,
      code: 'CONFIG_UNREADABLE',
      says: ['turso-sync.config.js: '],
    },
    {
      what: 'JavaScript that throws',
      name: 'turso-sync.config.cjs',
      text: `throw new Error('on purpose')`,
      code: 'CONFIG_UNREADABLE',
      says: ['turso-sync.config.cjs: on purpose'],
    },
    {
      what: 'TypeScript that does not parse',
      name: 'turso-sync.config.ts',
      text: 'export default (',
      code: 'CONFIG_UNREADABLE',
      says: ['turso-sync.config.ts: '],
    },
  ];

  test.each(wrong)('$what: $code', async ({ name = 'turso-sync.config.json', text, code, says }) => {
    const project = makeProject({ url: 'file:remote.db', readWriteToken: TOKEN }, { [name]: text });
    const before = project.digests();
    for (const args of [['dump-init'], ['status', '--json']]) {
      const { exit, stdout, stderr } = await project.start(args).ended;
      expect(exit).toBe(1);
      expect(stderr).toMatch(new RegExp(`^${code}: .+\\n {2}\\S.+\\.\\)?\\n$`));
      expect(`${stdout}${stderr}`).not.toContain('opaque');
      for (const words of says) expect(stderr).toContain(words);
    }
    expect(project.digests()).toEqual(before);
  });

  test('one that is not there', async () => {
    const { stderr } = await makeProject().run('status', '--config', 'missing.json');
    expect(stderr).toMatch(/^CONFIG_UNREADABLE: .*missing\.json/);
  });

  test('one that is empty counts as none', async () => {
    for (const [name, text] of [
      ['turso-sync.config.json', ''],
      ['turso-sync.config.yaml', '# nothing yet\n'],
      ['turso-sync.config.json', '{}'],
    ] as const) {
      const project = makeProject({ url: 'file:remote.db' }, { [name]: text });
      expect((await statusOf(project)).workingCopy.path).toBe(project.file('working_copy.db'));
    }
  });
});

test('a project that was moved goes on', async () => {
  const project = makeProject({ url: 'file:remote.db' });
  buildDatabase(project.file('remote.db'), 'CREATE TABLE t(id INTEGER PRIMARY KEY)');
  await project.run('dump-init');
  const moved = makeProject();
  cpSync(project.dir, moved.dir, { recursive: true });
  rmSync(project.dir, { recursive: true });
  moved.edit('INSERT INTO t VALUES (1)');
  expect((await moved.run('dump-push')).exit).toBe(0);
  expect((await statusOf(moved)).remoteState.hasMoved).toBe(false);
});
