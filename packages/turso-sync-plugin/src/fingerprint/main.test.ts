import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { editDatabase, execOn, requireTool, startFront, startSqld } from '@turso-sync/testing';
import { makeWorkspace } from '../workspace.fixture';

const SCRIPT = path.join(__dirname, '..', '..', 'dist', 'fingerprint', 'main.js');
const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const ENVIRONMENTS = ['=TURSO_DATABASE_URL,TURSO_AUTH_TOKEN', 'staging=STAGING_URL,STAGING_TOKEN'];

/** Runs the command like Nx. Rejects if it fails, or prints anything on stderr. */
async function fingerprint(
  root: string,
  variables: Readonly<Record<string, string>> = {},
  environments = ENVIRONMENTS,
): Promise<string> {
  const { PATH = '' } = process.env;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', SCRIPT, 'apps/mailer', 'turso-snapshot', ...environments],
    { cwd: root, env: { PATH, ...variables } },
  );
  expect(stderr).toBe('');
  return stdout.trim();
}

const DIGEST = /^[0-9a-f]{64}$/;

describe('a file', () => {
  const files = {
    'apps/mailer/.env': 'TURSO_DATABASE_URL=file:./remote.db',
    'apps/mailer/remote.db': '',
    'apps/mailer/other.db': '',
  };
  const write = (root: string, sql: string): void =>
    editDatabase(path.join(root, 'apps/mailer/remote.db'), sql);

  test('has the same fingerprint until it is written to', async () => {
    const root = makeWorkspace(files);
    const empty = await fingerprint(root);
    expect(empty).toMatch(DIGEST);
    expect(await fingerprint(root)).toBe(empty);
    write(root, 'CREATE TABLE t(v)');
    expect(await fingerprint(root)).not.toBe(empty);
  });

  test('has the same in every clone, and another where it has another name', async () => {
    const [a, b] = [makeWorkspace(files), makeWorkspace(files)];
    expect(await fingerprint(a)).toBe(await fingerprint(b));
    const other = await fingerprint(a, { TURSO_DATABASE_URL: 'file:./other.db' });
    expect(other).toMatch(DIGEST);
    expect(other).not.toBe(await fingerprint(b));
  });
});

test('what is excluded belongs to the fingerprint', async () => {
  const root = makeWorkspace({
    'apps/mailer/.env': 'TURSO_DATABASE_URL=file:./remote.db',
    'apps/mailer/remote.db': '',
  });
  const ask = (...exclude: string[]): Promise<string> => {
    const list = Buffer.from(JSON.stringify(exclude)).toString('base64url');
    return fingerprint(root, {}, [`${ENVIRONMENTS[0] ?? ''}${exclude.length === 0 ? '' : `,${list}`}`]);
  };
  const marks = [await ask(), await ask('cache_*'), await ask('cache_*', 'docs'), await ask('docs')];
  expect(new Set(marks).size).toBe(4);
  expect(marks.every((mark) => DIGEST.test(mark))).toBe(true);
  expect(await ask('docs')).toBe(marks[3]);
});

describe('a run that asks for a configuration', () => {
  const files = {
    'apps/mailer/.env': 'TURSO_DATABASE_URL=file:./remote.db\nSTAGING_URL=file:./staging.db',
    ...Object.fromEntries(['remote', 'staging', 'other'].map((name) => [`apps/mailer/${name}.db`, ''])),
  };
  const ask = (root: string, asked: string): Promise<string> =>
    fingerprint(root, { TURSO_SYNC_NX_CONFIGURATION: asked });

  test.each(['staging', 'mailer:turso-push:staging', 'turso-snapshot:staging'])(
    'gets the fingerprint of its environment: %s',
    async (asked) => {
      const root = makeWorkspace(files);
      const [base, staging] = [await fingerprint(root), await ask(root, asked)];
      expect(staging).toMatch(DIGEST);
      expect(staging).not.toBe(base);
      editDatabase(path.join(root, 'apps/mailer/remote.db'), 'CREATE TABLE t(v)');
      expect(await ask(root, asked)).toBe(staging);
      editDatabase(path.join(root, 'apps/mailer/staging.db'), 'CREATE TABLE t(v)');
      expect(await ask(root, asked)).not.toBe(staging);
    },
  );

  test.each(['stagin', 'mailer:turso-push:stagin', 'turso-snapshot:stagin'])(
    'that is no environment gets one that is no other: %s',
    async (asked) => {
      const root = makeWorkspace(files);
      expect(await ask(root, asked)).toBe(`${await fingerprint(root)} stagin`);
    },
  );

  test.each(['', 'mailer:turso-push'])('or for none gets that of the base: "%s"', async (asked) => {
    const root = makeWorkspace(files);
    expect(await ask(root, asked)).toBe(await fingerprint(root));
  });

  test('gets the URL from the files that Nx reads for it', async () => {
    const url = 'STAGING_URL=file:./other.db';
    const root = makeWorkspace({ ...files, 'apps/mailer/.env.staging': url });
    expect(await ask(root, 'staging')).not.toBe(await ask(makeWorkspace(files), 'staging'));
  });
});

describeWithSqld('a server', () => {
  test('has the same fingerprint until it is written to; no token is printed', async () => {
    const sqld = await startSqld({ auth: true });
    await execOn(sqld, 'CREATE TABLE t(v)');
    const root = makeWorkspace({ 'apps/mailer/.env.local': `TURSO_AUTH_TOKEN=${sqld.readOnlyToken}` });
    const ask = (): Promise<string> => fingerprint(root, { TURSO_DATABASE_URL: sqld.url });
    const first = await ask();
    expect(first).toMatch(DIGEST);
    expect(await ask()).toBe(first);
    await execOn(sqld, 'INSERT INTO t VALUES(1)');
    expect(await ask()).not.toBe(first);
    await sqld.stop();
  });

  test('gets the encryption key with every request, if the config names its variable', async () => {
    const sqld = await startSqld();
    await execOn(sqld, 'CREATE TABLE t(v)');
    const front = await startFront(sqld.port);
    const root = makeWorkspace({ 'apps/mailer/.env.local': 'DB_KEY=c2VzYW1l' });
    const variables = { TURSO_DATABASE_URL: front.url };
    const mark = await fingerprint(root, variables, ['=TURSO_DATABASE_URL,TURSO_AUTH_TOKEN+DB_KEY']);
    expect(mark).toMatch(DIGEST);
    const keys = front.seen.map(({ headers }) => headers['x-turso-encryption-key']);
    expect(new Set(keys)).toEqual(new Set(['c2VzYW1l']));
    await front.stop();
    await sqld.stop();
  });

  test('that refuses the token has a new one every time', async () => {
    const sqld = await startSqld({ auth: true });
    const variables = { TURSO_DATABASE_URL: sqld.url, TURSO_AUTH_TOKEN: sqld.expiredToken };
    const root = makeWorkspace();
    const [a, b] = [await fingerprint(root, variables), await fingerprint(root, variables)];
    expect(a).toMatch(/^REMOTE_UNAUTHORIZED [0-9a-f-]{36}$/);
    expect(b).not.toBe(a);
    await sqld.stop();
  });
});

test.each([
  ['that is silent', 'http://127.0.0.1:9', 'REMOTE_UNREACHABLE'],
  ['whose URL cannot be read', 'postgres://localhost', 'URL_UNSUPPORTED'],
  ['whose URL carries a token', 'libsql://db.example?authToken=abc', 'CONFIG_HAS_SECRET'],
  ['that is not set', '', 'unknown'],
  ['whose file is not there', 'file:./missing.db', 'unknown'],
  ['whose URL only Nx can put together', 'file:./${NAME}.db', 'unknown'],
])('a remote %s has a new one every time', async (_, url, word) => {
  const root = makeWorkspace();
  const ask = (): Promise<string> => fingerprint(root, { TURSO_DATABASE_URL: url });
  const [a, b] = [await ask(), await ask()];
  expect(a.split(' ')[0]).toBe(word);
  expect(b).not.toBe(a);
});

test('a remote that takes the call and says nothing is given up, and has a new one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server.once('listening', () => resolve(server.address() as AddressInfo)),
  );
  const variables = { TURSO_DATABASE_URL: `http://127.0.0.1:${port}` };
  expect(await fingerprint(makeWorkspace(), variables)).toMatch(/^unknown [0-9a-f-]{36}$/);
  server.close();
});
