import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  buildDatabase,
  makeTempDir,
  queryOn,
  requireTool,
  startSqld,
  type SqldWithAuth,
} from '@turso-sync/testing';
import { dump } from '../../src/commands/dump';
import { push } from '../../src/commands/push';
import { createHttpClient } from '../../src/hrana/http-client';
import { open } from '../../src/open';
import type { Project } from '../../src/project/handle';
import { createReader } from '../../src/remote/server/reader';
import { makeProject, type TestProject } from '../fixtures/cli.fixture';
import { startHttpProxy } from './http-proxy.fixture';

const dir = makeTempDir();
const database = path.join(dir, 'base.db');
const servers: (() => void)[] = [];

/** What all edited projects are copies of. */
let edited: TestProject;

beforeAll(async () => {
  buildDatabase(database, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
  edited = makeProject({ url: `file:${database}` });
  expect((await edited.run('dump-init')).exit).toBe(0);
  edited.edit('UPDATE t SET v = 2');
});
afterAll(() => {
  for (const stop of servers) stop();
});

/**
 * All files, but for the note which remote is meant, and what notes that a push was sent: whether it has arrived, nobody can tell
 * here.
 */
function filesOf(project: TestProject): Record<string, string> {
  const isKept = ([name]: [string, string]): boolean =>
    !/push\.(?:db|json)$|\.begun$|base.manifest/.test(name);
  return Object.fromEntries(Object.entries(project.digests()).filter(isKept));
}

/** A server that answers everything alike. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A project with an edit to push, whose remote is then another one. */
function editedProject(url: string): TestProject {
  const project = makeProject();
  cpSync(edited.dir, project.dir, { recursive: true });
  return withUrl(project, url);
}

function withUrl(project: TestProject, url: string): TestProject {
  const env = { TURSO_DATABASE_URL: url };
  return { ...project, run: (...args) => project.start([...args, '--accept-remote'], { env }).ended };
}

const ok = (result: unknown): unknown => ({ baton: null, base_url: null, results: [result, result, result] });
const batch = (result: unknown): unknown => ok({ type: 'ok', response: { type: 'batch', result } });

/** JSON that answers to every request, and no server would give. */
const ODD: [string, unknown][] = [
  ['nothing', ''],
  ['null', null],
  ['a list', []],
  ['no results', {}],
  ['results that are none', { results: null }],
  ['fewer results', { results: [] }],
  ['null as a result', ok(null)],
  ['a number as a result', ok(1)],
  ['an empty result', ok({})],
  ['an error without a word', ok({ type: 'error' })],
  ['an error that is null', ok({ type: 'error', error: null })],
  ['an error of other types', ok({ type: 'error', error: { message: [1], code: {} } })],
  ['no response', ok({ type: 'ok' })],
  ['a response that is null', ok({ type: 'ok', response: null })],
  ['a batch that is null', batch(null)],
  ['a batch without errors', batch({ step_results: [] })],
  ['errors that are no list', batch({ step_errors: 'x', step_results: [] })],
  ['errors of another type', batch({ step_errors: [1], step_results: [] })],
  ['rows of nothing', batch({ step_errors: [null, null], step_results: [{ rows: [null] }, null] })],
  ['a number as the baton', { baton: 5, base_url: 5, results: [null, null, null] }],
  ['a base that is no URL', { baton: 'x', base_url: 'http://[', results: [null, null, null] }],
];

/** What sends a change, and what reads all of a remote. */
const VERBS = [
  (project: Project) => push(project, { acceptRemote: true }),
  (project: Project) =>
    dump(project, { of: 'remote', acceptRemote: true, to: path.join(makeTempDir(), 'dump.sql') }),
];

test.each(ODD)('a server that answers with %s is none, for every verb', async (_, answer) => {
  for (const encoding of ['json', 'protobuf']) {
    const url = await serve(({ url: to = '' }, response) => {
      const isThere = encoding === 'protobuf' || !to.includes('protobuf');
      const head = { 'content-type': 'application/json' };
      response.writeHead(isThere ? 200 : 404, head).end(JSON.stringify(isThere ? answer : {}));
    });
    const project = editedProject(url);
    const before = filesOf(project);
    const opened = open({ url, cwd: project.dir });
    for (const verb of VERBS)
      await expect(verb(opened)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:REMOTE_NOT_LIBSQL|REMOTE_FAILED)$/) as string,
        hint: expect.stringMatching(/\S/) as string,
      });
    expect(filesOf(project)).toEqual(before);
  }
});

test('an answer without end is an error, and takes little memory', async () => {
  const piece = Buffer.alloc(1 << 16, ' ');
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  const project = editedProject(url);
  const before = filesOf(project);
  for (const command of ['dump-init', 'dump-push', 'verify']) {
    const run = await withUrl(project, url).run(
      command,
      '--quiet',
      ...(command === 'dump-init' ? ['--force'] : []),
    );
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toMatch(/^RESPONSE_TOO_LARGE: .+ more than \d+ MB\.\n/);
  }
  expect(filesOf(project)).toEqual(before);
});

test('an answer that says beforehand that it is too large is not waited for', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '99999999999' });
    response.flushHeaders();
  });
  expect((await editedProject(url).run('dump-push')).stderr).toContain('RESPONSE_TOO_LARGE');
});

/** JSON of some 60 MB, of what takes little room there and much in memory. */
const MANY_JSON: [string, (part: (text: string) => string) => unknown][] = [
  ['empty rows', (part) => ({ cols: [], rows: part('[]'), affected_row_count: 0, last_insert_rowid: null })],
  ['rows of numbers', (part) => ({ cols: [], rows: [part('1')], affected_row_count: 0 })],
  ['columns', (part) => ({ cols: part('{}'), rows: [], affected_row_count: 0, last_insert_rowid: null })],
];

function manyJson(make: (part: (text: string) => string) => unknown, type: string): Buffer {
  const repeated = (text: string): string => `${`${text},`.repeat(60_000_000 / (text.length + 1))}${text}`;
  let content = '';
  const hole = (text: string): string => {
    content = repeated(text);
    return 'HOLE';
  };
  const result = { type: 'ok', response: { type, result: make(hole) } };
  const text = JSON.stringify({ baton: null, base_url: null, results: [result] });
  return Buffer.from(text.replace('"HOLE"', `[${content}]`));
}

/** A message of Protocol Buffers as the only field of the messages around it. */
function within(tags: readonly number[], message: Buffer): Buffer {
  return tags.reduceRight((inner, tag) => {
    const length = [];
    for (let rest = inner.length; ; rest = Math.floor(rest / 128)) {
      length.push((rest % 128) + (rest < 128 ? 0 : 128));
      if (rest < 128) break;
    }
    return Buffer.concat([Buffer.from([(tag << 3) | 2, ...length]), inner]);
  }, message);
}

const FIELDS = 30_000_000;
const many = (tag: number): Buffer => Buffer.alloc(FIELDS * 2, Buffer.from([(tag << 3) | 2, 0]));
const NULLS = Buffer.alloc(FIELDS * 2, Buffer.from([0x0a, 0x02, 0x0a, 0x00]));

/** From a response to the result of a step of its batch. */
const STEP = [3, 1, 1, 2];

/** The same in Protocol Buffers, and the code of the error. */
const MANY_PROTOBUF: [string, string, Buffer][] = [
  ['empty rows', 'RESPONSE_TOO_LARGE', within([3, 1, ...STEP], many(2))],
  ['values', 'RESPONSE_TOO_LARGE', within([3, 1, ...STEP, 2], NULLS)],
  ['values of no type', 'REMOTE_NOT_LIBSQL', within([3, 1, ...STEP, 2], many(1))],
  ['columns', 'RESPONSE_TOO_LARGE', within([3, 1, ...STEP], many(1))],
  ['results', 'RESPONSE_TOO_LARGE', many(3)],
  ['results of steps', 'RESPONSE_TOO_LARGE', within([3, 1, 3, 1], many(1))],
  ['unknown fields', 'REMOTE_NOT_LIBSQL', within([3, 1], many(9))],
  // Decoders that take a length for a signed number go back by it, and read the field for ever.
  ['a field that goes back', 'REMOTE_NOT_LIBSQL', Buffer.from([0x4a, 0xfa, 0xff, 0xff, 0xff, 0x0f])],
  ['a tag of more than 32 bits', 'REMOTE_NOT_LIBSQL', Buffer.from([0x9a, 0x80, 0x80, 0x80, 0x10, 0x00])],
  ['a row that is cut', 'REMOTE_NOT_LIBSQL', Buffer.from([0x1a, 0x04, 0x0a, 0x05, 0x12, 0x00])],
];

/** Where decoding it all would end in an error of Node. */
const LITTLE = { NODE_OPTIONS: '--max-old-space-size=300' };

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('an answer that takes much more memory than it has bytes is not decoded', () => {
  let server: SqldWithAuth;

  beforeAll(async () => {
    server = await startSqld({ database, auth: true });
  });
  afterAll(() => server.stop());

  async function expectRefused(
    code: string,
    command: string,
    answer: (path: string, body: string) => number | Buffer | null,
  ): Promise<void> {
    const proxy = await startHttpProxy(server.url, async (request) => {
      const found = answer(request.path, request.body.toString('latin1'));
      if (found === null) return request.forward();
      if (typeof found === 'number') return { status: found, headers: {}, body: Buffer.from('{}') };
      return { status: 200, headers: {}, body: found };
    });
    try {
      const project = editedProject(proxy.url);
      const before = filesOf(project);
      const env = { TURSO_DATABASE_URL: proxy.url, TURSO_AUTH_TOKEN: server.readWriteToken, ...LITTLE };
      const run = await project.start([command, '--quiet', '--accept-remote'], { env }).ended;
      expect({ exit: run.exit, stdout: run.stdout }).toEqual({ exit: 1, stdout: '' });
      expect(run.stderr).toMatch(new RegExp(`^${code}: .+\\n {2}\\S`));
      expect(filesOf(project)).toEqual(before);
    } finally {
      proxy.stop();
    }
  }

  test.each(MANY_PROTOBUF)('Protocol Buffers: %s', async (_, code, body) => {
    await expectRefused(code, 'verify', (path) => (path.includes('v3-protobuf/pipeline') ? body : null));
  });

  test.each(MANY_PROTOBUF)('Protocol Buffers, to a push: %s', async (_, code, body) => {
    // The first question of a push has a short answer, so a long one is refused by its length.
    const told = body.byteLength > 1_000_000 ? 'RESPONSE_TOO_LARGE' : code;
    await expectRefused(told, 'push', (path) => (path.includes('v3-protobuf/pipeline') ? body : null));
  });

  test.each(MANY_JSON)('JSON: %s', async (_, make) => {
    const body = manyJson((part) => ({ step_results: [make(part)], step_errors: [null] }), 'batch');
    await expectRefused('RESPONSE_TOO_LARGE', 'verify', (path, request) => {
      if (path.includes('protobuf')) return 404;
      return path.startsWith('/v3/') && request.includes('"batch"') ? body : null;
    });
  });

  test.each(MANY_JSON)('JSON, to a push: %s', async (_, make) => {
    const body = manyJson((part) => ({ step_results: [make(part)], step_errors: [null] }), 'batch');
    await expectRefused('RESPONSE_TOO_LARGE', 'push', (path, request) => {
      if (path.includes('protobuf')) return 404;
      return request.includes('"batch"') ? body : null;
    });
  });

  test('the most that a server puts into an answer is read', async () => {
    const url = new URL(server.url);
    const client = createHttpClient(url, server.url, { authToken: server.readWriteToken });
    const reader = createReader(client);
    const read = (rows: number): Promise<number> =>
      reader.read(async (query) => {
        const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${rows}) SELECT NULL FROM n`;
        return (await query(sql)).length;
      });
    try {
      expect(await read(500_000)).toBe(500_000);
      await expect(read(1_000_000)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    } finally {
      await reader.close();
      client.close();
    }
  });
});

describeWithSqld('a token', () => {
  let server: SqldWithAuth;
  const seen: IncomingMessage[] = [];
  let thief: string;

  beforeAll(async () => {
    server = await startSqld({ database, auth: true });
    thief = await serve((request, response) => {
      seen.push(request);
      response.end('{}');
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => void seen.splice(0));

  async function expectRefused(
    url: string,
    code: string,
    commands = ['dump-push', 'verify', 'pull'],
  ): Promise<void> {
    const project = editedProject(url);
    const before = filesOf(project);
    for (const command of commands) {
      const env = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.readWriteToken };
      const run = await project.start([command, '--quiet', '--accept-remote'], { env }).ended;
      expect([command, run.exit, run.stdout]).toEqual([command, 1, '']);
      expect(run.stderr).toMatch(new RegExp(`^${code}: .+\\n {2}\\S`));
      expect(run.stderr).not.toContain(server.readWriteToken);
    }
    expect(seen.map((request) => [request.url, request.headers])).toEqual([]);
    expect(filesOf(project)).toEqual(before);
    expect(await queryOn(server, 'SELECT v FROM t')).toEqual([[1n]]);
  }

  test.each(['json', 'protobuf'])('does not follow base_url to another server (%s)', async (encoding) => {
    const proxy = await startHttpProxy(server.url, async (request) => {
      const isProtobuf = request.path.includes('protobuf');
      if (isProtobuf && encoding === 'json') return { status: 404, headers: {}, body: Buffer.from('{}') };
      const answer = await request.forward();
      const text = answer.body.toString('latin1');
      const body = isProtobuf
        ? withBase(answer.body, thief)
        : Buffer.from(text.replace('"base_url":null', `"base_url":"${thief}"`), 'latin1');
      return { ...answer, body };
    });
    servers.push(() => proxy.stop());
    // A push is one request.
    await expectRefused(proxy.url, 'REMOTE_REDIRECTED', ['verify', 'pull']);
  });

  test.each([301, 302, 303, 307, 308])('does not follow a redirect (%s)', async (status) => {
    const url = await serve((request, response) => {
      response.writeHead(status, { location: `${thief}${request.url ?? ''}` }).end();
    });
    await expectRefused(url, 'REMOTE_REDIRECTED');
  });

  test('does not go to another machine over plain HTTP, unless that is asked for', async () => {
    // This machine by a name that is not loopback's.
    const url = server.url.replace('127.0.0.1', '0.0.0.0');
    await expectRefused(url, 'TOKEN_OVER_HTTP');
    const project = makeProject();
    const env = { TURSO_DATABASE_URL: url, TURSO_AUTH_TOKEN: server.readWriteToken };
    expect(await project.start(['dump-init'], { env }).ended).toMatchObject({ exit: 1 });
    const allowed = { ...env, TURSO_SYNC_ALLOW_HTTP_TOKEN: '1' };
    expect(await project.start(['dump-init'], { env: allowed }).ended).toMatchObject({ exit: 0 });
  });

  test('is not allowed to by the .env of a folder', async () => {
    const url = server.url.replace('127.0.0.1', '0.0.0.0');
    const project = makeProject({ url, readWriteToken: server.readWriteToken });
    const files = {
      '.env': `TURSO_SYNC_ALLOW_HTTP_TOKEN=1\nTURSO_DATABASE_URL=${url}\nTURSO_AUTH_TOKEN=${server.readWriteToken}`,
    };
    const other = makeProject(undefined, files);
    for (const folder of [project, other])
      expect((await folder.run('dump-init')).stderr).toContain('TOKEN_OVER_HTTP');
  });
});

/** An answer in Protocol Buffers, whose field 2 is `base_url`. */
function withBase(body: Buffer, url: string): Buffer {
  return Buffer.concat([body, Buffer.from([(2 << 3) | 2, url.length]), Buffer.from(url)]);
}
