import { TursoSyncError } from '../../errors';
import { checkConfig, settingsOf, withoutTokens } from './config';

const FILE = '/app/turso-sync.config.json';
const TOKEN = 'eyJhbGciOiJFZERTQSJ9.eyJhIjoicncifQ.c2lnbmF0dXJl';

function errorOf(work: () => unknown): TursoSyncError {
  try {
    work();
  } catch (error) {
    if (error instanceof TursoSyncError) return error;
    throw error;
  }
  throw new Error('It did not throw');
}

test('takes what is known, as it is', () => {
  const config = {
    urlVariable: 'DB_URL',
    authTokenVariable: '_token2',
    workingCopy: 'data/app.db',
    stateDir: '.state',
    checks: 'db/checks',
    checkSeconds: 5,
    environments: { 'my-staging.2': { urlVariable: 'STAGING' }, empty: {} },
  };
  expect(checkConfig(config, FILE)).toEqual(config);
  expect(checkConfig({}, FILE)).toEqual({});
});

test.each([null, undefined, 'text', 7, [], [{}]])('refuses %p for a config', (value) => {
  expect(errorOf(() => checkConfig(value, FILE))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`in ${FILE} must be an object`) as string,
  });
});

test.each(['libsql://db.turso.io', 'DB URL', '2ND', 'a-b', '$DB'])(
  'refuses %s for the name of a variable',
  (name) => {
    const error = errorOf(() => checkConfig({ urlVariable: name }, FILE));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(`${error.message} ${error.hint ?? ''}`).not.toContain(name);
  },
);

test.each([
  { authToken: 'x' },
  { auth_token: 'x' },
  { TOKEN: 'x' },
  { dbPassword: 'x' },
  { clientSecret: 'x' },
  { environments: { prod: { token: 'x' } } },
  { workingCopy: TOKEN },
  { deep: [{ list: [TOKEN] }] },
  { [TOKEN]: true },
])('refuses a secret, and does not repeat it: %j', (config) => {
  const error = errorOf(() => checkConfig(config, FILE));
  expect(error.code).toBe('CONFIG_HAS_SECRET');
  expect(JSON.stringify(error)).not.toContain(TOKEN);
});

const NO_LIST = 'must be a list of names or patterns of tables';
const NO_NAME = 'must be the name or pattern of a table';
test.each([
  [7, `"exclude" in ${FILE} ${NO_LIST}, not 7.`],
  ['', `"exclude" in ${FILE} ${NO_LIST}, not an empty string.`],
  ['cache', `"exclude" in ${FILE} ${NO_LIST}, not a string.`],
  [null, `"exclude" in ${FILE} ${NO_LIST}, not null.`],
  [true, `"exclude" in ${FILE} ${NO_LIST}, not a boolean.`],
  [{ cache: true }, `"exclude" in ${FILE} ${NO_LIST}, not an object.`],
  [['a', 7], `"exclude[1]" in ${FILE} ${NO_NAME}, not 7.`],
  [[null], `"exclude[0]" in ${FILE} ${NO_NAME}, not null.`],
  [[['a']], `"exclude[0]" in ${FILE} ${NO_NAME}, not a list.`],
  [[' '], `"exclude[0]" in ${FILE} ${NO_NAME}, not an empty string.`],
  [['a\0'], `"exclude[0]" in ${FILE} must be a string without NUL, not one with it.`],
  [['a', '**'], `"exclude[1]" in ${FILE} matches every table.`],
])('refuses %j for what is excluded, at the top and in an environment', (exclude, message) => {
  expect(errorOf(() => checkConfig({ exclude }, FILE))).toMatchObject({ code: 'CONFIG_INVALID', message });
  expect(errorOf(() => checkConfig({ environments: { prod: { exclude } } }, FILE))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: message.replace('"exclude', '"environments.prod.exclude'),
  });
});

test('the list of an environment takes the place of the one at the top', () => {
  const config = { exclude: ['a', 'b_*'], environments: { prod: { exclude: [] }, test: {} } };
  expect(checkConfig(config, FILE)).toEqual(config);
  expect(settingsOf(config, 'prod', FILE).exclude).toEqual([]);
  expect(settingsOf(config, 'test', FILE).exclude).toEqual(['a', 'b_*']);
});

test.each([0, -1, 1.5, '5', null, 1e9])('refuses %p for the time limit of a check', (checkSeconds) => {
  expect(errorOf(() => checkConfig({ checkSeconds }, FILE))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('"checkSeconds"') as string,
  });
});

test.each(
  ['checksOnRemote', 'originalDump'].flatMap((key) =>
    [0, 'true', 'false', null, [], {}].map((value) => ({ key, value })),
  ),
)('refuses $value for the switch $key', ({ key, value }) => {
  expect(errorOf(() => checkConfig({ [key]: value }, FILE))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`"${key}" in ${FILE} must be true or false`) as string,
  });
});

test('settings are the environment’s where it has them, else those at the top', () => {
  const config = { urlVariable: 'A', workingCopy: 'a.db', environments: { prod: { urlVariable: 'B' } } };
  expect(settingsOf(config, undefined, FILE)).toBe(config);
  expect(settingsOf(config, 'prod', FILE)).toMatchObject({ urlVariable: 'B', workingCopy: 'a.db' });
});

test.each(['production', '__proto__', 'constructor', ''])('there is no environment "%s"', (name) => {
  const config = { environments: { prod: {}, test: {} } };
  expect(errorOf(() => settingsOf(config, name, FILE))).toMatchObject({
    code: 'CONFIG_INVALID',
    hint: 'It has prod, test.',
  });
  expect(errorOf(() => settingsOf({}, name, null)).hint).toBe('The config has no "environments".');
});

test('takes tokens out of a text', () => {
  expect(withoutTokens(`a ${TOKEN}, b "${TOKEN}"`)).toBe('a [token], b "[token]"');
  expect(withoutTokens('eyJ is no token, nor is a.b.c')).toBe('eyJ is no token, nor is a.b.c');
});
