import path from 'node:path';
import {
  buildDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  startDouble,
  startSqld,
  type Profile,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import { init } from '../../src/commands/init';
import { push } from '../../src/commands/push';
import { verify } from '../../src/commands/verify';
import type { CoreEvent } from '../../src/events';
import { loadProject } from '../../src/project/load-project';
import { ANYTHING } from '../fixtures/project.fixture';
import { startHttpProxy, type HttpProxy } from '../hostile/http-proxy.fixture';

const ROWS = 6_000;

/** Bytes of requests and answers that are worth another request. */
const PIECE = 8_000_000;

/** Requests that find out which of the differing rows are equal. */
const MORE = 5;

const label = `label AS ('EUR ' || price) STORED`;
const rows = (from: number, price: string, count = ROWS): string =>
  `WITH RECURSIVE i(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM i LIMIT ${count}) INSERT INTO item(id, price) SELECT n, ${price} FROM i;`;
const SAME = 'n + 0.5';
/** It has 17 digits here, and 15 on the server. */
const OTHER = '0.1 + n * 0.2 / n';

let sqld: Sqld;
let double: ServerDouble | undefined;
let proxy: HttpProxy;
let project: Awaited<ReturnType<typeof loadProject>>;
let isCounted = false;
/** Whether nothing is answered about computed values. */
let isSilent = false;
let counted = { requests: 0, bytes: 0 };
const warnings: string[] = [];

function onEvent(event: CoreEvent): void {
  if (event.type === 'warning') warnings.push(event.message);
  if ('what' in event && event.what === 'compare computed values' && event.type !== 'progress')
    isCounted = event.type === 'begin';
}

async function serve(sql: string, profile: Profile = 'full'): Promise<void> {
  const database = path.join(makeTempDir('computed-'), 'base.db');
  buildDatabase(database, sql);
  sqld = await startSqld({ database });
  double = profile === 'full' ? undefined : await startDouble(sqld.port, profile);
  proxy = await startHttpProxy(double?.url ?? sqld.url, async ({ path: to, body, forward }) => {
    const isOne = isCounted && to.endsWith('/pipeline');
    if (isOne && isSilent) throw new Error('the connection is cut');
    const answer = await forward();
    // Others only tell which encodings the server knows.
    if (isOne && answer.status === 200)
      counted = {
        requests: counted.requests + 1,
        bytes: counted.bytes + body.length + answer.body.length,
      };
    return answer;
  });
  const variables = { TURSO_DATABASE_URL: proxy.url };
  project = { ...(await loadProject({ cwd: makeTempDir('computed-'), variables })), policy: ANYTHING };
  await init(project);
}

beforeEach(() => {
  warnings.length = 0;
  [isCounted, isSilent] = [false, false];
  counted = { requests: 0, bytes: 0 };
});
afterEach(async () => {
  proxy.stop();
  await double?.stop();
  await sqld.stop();
});

/** Expects few requests, and a warning of what is named, or none. */
function expectFew(named: string | null, more = 0): void {
  expect(warnings).toEqual(named === null ? [] : [expect.stringContaining(`holds: ${named}.`)]);
  expect(counted.requests).toBeGreaterThan(0);
  expect(counted.requests).toBeLessThanOrEqual(3 + more + counted.bytes / PIECE);
}

/** Requests that a server without checksums is asked for the values by. */
function withoutChecksums(profile: Profile, tables = 0): number {
  return profile === 'bare' ? 1 + tables : 0;
}

const LABEL = 'column "label" of table "item"';
const KEYS = {
  'an INTEGER key': `CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL, ${label});`,
  'a key of its own': `CREATE TABLE item(id TEXT PRIMARY KEY, price REAL, ${label});`,
  'a key without rowid': `CREATE TABLE item(id BLOB PRIMARY KEY, price REAL, ${label}) WITHOUT ROWID;`,
  'no key': `CREATE TABLE item(id, price REAL, ${label});`,
  'a rowid without a name': `CREATE TABLE item(id, price REAL, rowid, oid, _rowid_, ${label});`,
};

describe.each(['full', 'bare'] as const)('by a server of kind "%s", computed values of', (profile) => {
  test.each(Object.entries(KEYS))('updated rows with %s are compared in few requests', async (_, table) => {
    await serve(`${table} ${rows(1, SAME)}`, profile);
    editDatabase(project.workingCopy, 'UPDATE item SET price = price + 1');
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expectFew(null, withoutChecksums(profile));
    // Now all of them differ; the next time, one does.
    counted = { requests: 0, bytes: 0 };
    editDatabase(project.workingCopy, 'UPDATE item SET price = 0.1 + price * 0.2 / price');
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    expectFew(LABEL, MORE + withoutChecksums(profile));
  });

  test.each(Object.entries(KEYS))('rows that moved, with %s, are too', async (_, table) => {
    await serve(table, profile);
    await execOn(sqld, rows(5_000_000, SAME, 9));
    editDatabase(project.workingCopy, `${rows(1, SAME, ROWS - 1)} ${rows(ROWS, OTHER, 1)}`);
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    // Of a table that nothing tells the rows of, others' rows hide it.
    expectFew(table.includes('oid') ? null : LABEL, MORE + withoutChecksums(profile));
  });

  test('tables and indexes that come with the push are too', async () => {
    await serve(
      rows(1, SAME).replace(/^/, 'CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL);'),
      profile,
    );
    const more = `CREATE INDEX one ON item('a' || price); CREATE INDEX two ON item('b' || price) WHERE 'c' || price > 'd';`;
    const made = (name: string): string =>
      `CREATE TABLE ${name}(id INTEGER PRIMARY KEY, price REAL, ${label}); INSERT INTO ${name}(id, price) SELECT * FROM item;`;
    editDatabase(project.workingCopy, more + ['a', 'b', 'c'].map(made).join(''));
    expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
    // One for each of the other tables.
    expectFew(null, withoutChecksums(profile, 4 - 1));
  });
});

test('a push says so when the remote does not tell what it has computed', async () => {
  await serve(`CREATE TABLE item(id INTEGER PRIMARY KEY, price REAL, ${label}); ${rows(1, SAME, 3)}`);
  editDatabase(project.workingCopy, 'UPDATE item SET price = price + 1');
  isSilent = true;
  expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
  expect(warnings).toEqual([expect.stringMatching(/^Could not compare the values .*"turso-sync verify"\.$/)]);
});

test('many rows are compared in pieces as large as an answer may be', async () => {
  await serve(KEYS['a key of its own'].replace('|| price', "|| price || printf('%200s', '')"), 'cloud');
  editDatabase(project.workingCopy, `${rows(1, SAME, 39_999)} ${rows(40_000, OTHER, 1)}`);
  expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
  expect(counted.bytes).toBeGreaterThan(PIECE);
  expectFew(LABEL, MORE);
});

test('rows of others at the same rowids, larger than an answer may be, hide no row', async () => {
  await serve(KEYS['no key']);
  await execOn(sqld, rows(1, "printf('%.2000c', 'x')"));
  editDatabase(project.workingCopy, `${rows(1, SAME, ROWS - 1)} ${rows(ROWS, OTHER, 1)}`);
  expect(await push(project, { onEvent })).toMatchObject({ outcome: 'pushed' });
  // An answer that is refused is asked for by halves.
  expectFew(LABEL, 2 * MORE);
});

test('verify asks one question for each group of tables', async () => {
  const made = (name: string): string =>
    `CREATE TABLE ${name}(id INTEGER PRIMARY KEY, price REAL, ${label}, other AS ('€' || price) STORED);`;
  await serve(Array.from({ length: 20 }, (_, i) => made(`t${i}`)).join(''));
  expect(await verify(project, { onEvent })).toMatchObject({ outcome: 'equal', method: 'checksums' });
  expectFew(null);
});
