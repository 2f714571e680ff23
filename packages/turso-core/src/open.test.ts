import fs from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { buildDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import { init } from './commands/init';
import { push } from './commands/push';
import { pushes } from './commands/undo';
import { status } from './commands/status';
import { TursoSyncError } from './errors';
import { loadProject } from './load-project';
import { open, type OpenOptions } from './open';

const SECRET = 'eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2lnbmVk';
const KEY = 'a2V5a2V5a2V5';

function makeRemote(): { cwd: string; url: string } {
  const cwd = makeTempDir('open-');
  buildDatabase(path.join(cwd, 'remote.db'), 'CREATE TABLE t(id INTEGER PRIMARY KEY, v)');
  return { cwd, url: 'file:remote.db' };
}

test('is the same project as that of a config', async () => {
  const { cwd, url } = makeRemote();
  const opened = open({ cwd, url, workingCopy: 'data/app.db', stateDir: 'data/state', exclude: ['cache_*'] });
  const settings = { workingCopy: 'data/app.db', stateDir: 'data/state', exclude: ['cache_*'] };
  writeFiles(cwd, { 'turso-sync.config.json': JSON.stringify(settings) });
  const loaded = await loadProject({ cwd, variables: { TURSO_DATABASE_URL: url } });
  expect(loaded).toEqual({ ...opened, configFile: path.join(cwd, 'turso-sync.config.json') });

  fs.mkdirSync(path.join(cwd, 'data'));
  expect(await init(opened)).toMatchObject({ outcome: 'created' });
  expect(fs.readdirSync(path.join(cwd, 'data')).sort()).toEqual(['app.db', 'state']);
  expect(await push(loaded)).toMatchObject({ outcome: 'nothing', environment: null });
  const [ofOpened, ofLoaded] = [await status(opened), await status(loaded)];
  expect(ofOpened.base.manifest).toEqual(ofLoaded.base.manifest);
  expect(pushes(opened)).toEqual([]);
});

test('reads no config, no .env and no variables', async () => {
  const { cwd, url } = makeRemote();
  writeFiles(cwd, { 'turso-sync.config.json': '{ "workingCopy": "other.db" }', '.env': 'authToken=other' });
  const project = open({ cwd, url });
  expect(project).toEqual({
    directory: cwd,
    configFile: null,
    environment: null,
    environments: [],
    workingCopy: path.join(cwd, 'working_copy.db'),
  });
  const { variables } = await status(project);
  expect(variables).toEqual({
    url: { name: 'url', isSet: true },
    authToken: { name: 'authToken', isSet: false },
    encryptionKey: { name: 'encryptionKey', isSet: false },
  });
});

test.each(['open', 'loadProject'])(
  'the project of %s shows no secret, and cannot be changed',
  async (how) => {
    const { cwd, url } = makeRemote();
    const variables = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: SECRET, KEY };
    writeFiles(cwd, { 'turso-sync.config.json': '{ "encryptionKeyVariable": "KEY" }' });
    const project =
      how === 'open'
        ? open({ cwd, url, authToken: SECRET, encryptionKey: KEY })
        : await loadProject({ cwd, variables });
    const shown = [
      inspect(project, { showHidden: true, depth: Infinity, getters: true }),
      JSON.stringify(project),
      ...Reflect.ownKeys(project).map((key) => inspect(Reflect.get(project, key), { showHidden: true })),
      inspect(structuredClone(project)),
    ].join('\n');
    expect(shown).toContain(cwd);
    for (const secret of [SECRET, KEY]) expect(shown).not.toContain(secret);
    expect(Object.isFrozen(project)).toBe(true);
  },
);

/** Options as plain JavaScript may pass them, the code, and what message or hint says. */
const WRONG: [options: unknown, code: string, says: string][] = [
  [undefined, 'URL_MISSING', 'open() needs the URL'],
  [{}, 'URL_MISSING', 'Pass it as `url`'],
  [{ url: '  ' }, 'URL_MISSING', 'open() needs the URL'],
  [null, 'USAGE', 'no object'],
  [{ url: 7 }, 'USAGE', '"url" of open() must be a string'],
  [{ url: 'file:x.db', authToken: 7 }, 'USAGE', '"authToken" of open() must be a string'],
  [{ url: 'file:x.db', token: 'x' }, 'USAGE', 'no option "token"'],
  [{ url: 'file:x.db', workingcopy: 'x' }, 'USAGE', 'Did you mean "workingCopy"?'],
  [{ url: 'file:x.db', urlVariable: 'X' }, 'USAGE', 'no option "urlVariable"'],
  [{ url: 'file:x.db', cwd: 'nowhere' }, 'USAGE', 'There is no folder'],
  [{ url: 'ftp://x' }, 'URL_UNSUPPORTED', 'ftp'],
  [{ url: 'file:working_copy.db' }, 'URL_UNSUPPORTED', 'names the working copy itself'],
  [{ url: `libsql://x?authToken=${SECRET}` }, 'CONFIG_HAS_SECRET', 'Put the token into authToken and'],
  [{ url: 'file:x.db', exclude: 'cache' }, 'CONFIG_INVALID', '"exclude" in the options of open()'],
  [
    { url: 'file:x.db', policy: { allowed: {} } },
    'CONFIG_INVALID',
    '"policy.allowed" in the options of open()',
  ],
  [{ url: 'file:x.db', checkSeconds: 0 }, 'CONFIG_INVALID', '"checkSeconds" in the options of open()'],
  [{ url: 'file:x.db', stateDir: '.' }, 'CONFIG_INVALID', '"stateDir" in the options of open()'],
  [{ url: 'file:x.db', workingCopy: '.turso/base/x' }, 'CONFIG_INVALID', 'in the options of open()'],
];

test.each(WRONG)('refuses %j', (options, code, says) => {
  const error = outcome(() => open(options as OpenOptions));
  expect(error).toBeInstanceOf(TursoSyncError);
  expect(error).toMatchObject({ code });
  expect(JSON.stringify(error).replaceAll('\\"', '"')).toContain(says);
  expect(inspect(error)).not.toContain(SECRET);
});

test('options that are undefined count as omitted, and empty secrets as none', async () => {
  const { cwd, url } = makeRemote();
  const options = { cwd, url, authToken: '', workingCopy: undefined, policy: undefined };
  expect((await status(open(options as unknown as OpenOptions))).variables.authToken.isSet).toBe(false);
});

test.each([undefined, null, 'apps/mailer', {}, { workingCopy: 'x.db' }])(
  '%j is no project',
  async (given) => {
    await expect(push(given as never)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'The first argument of push() is not a project.',
    });
    expect(() => pushes(given as never)).toThrow('The first argument of pushes() is not a project.');
  },
);

test('a promise of a project is named as the mistake', async () => {
  await expect(push(loadProject({ cwd: makeTempDir('open-') }) as never)).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('await loadProject') as string,
  });
});

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
