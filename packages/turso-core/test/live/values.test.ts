import path from 'node:path';
import { execOn, makeTempDir, removeTempDir, requireTool, startSqld } from '@turso-sync/testing';
import fc from 'fast-check';
import { RawText as SourceRawText, sameValue, type SqlValue } from '../../src/sqlite/values/values';
import { values } from '../fixtures/values.fixture';
import { openLive, RawText } from './built.fixture';
import type { Live } from '../../src/live/live';
import { errorOf, rowsOf } from './served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

const VALUES: SqlValue[] = [
  ...[
    null,
    0n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    0.1,
    1,
    -0,
    Infinity,
    -Infinity,
    5e-324,
    1.7976931348623157e308,
  ],
  ...['', 'a\0b\'"\n', '\ufeffé😀', '\ufffd', 'x'.repeat(100_000)],
  ...[new Uint8Array(0), Uint8Array.of(0, 255), new Uint8Array(100_000).fill(7)],
];

describeWithSqld.each(['replica', 'remote', 'file'])('values through a %s', (kind) => {
  let live: Live;
  let end: () => Promise<void>;
  beforeAll(async () => {
    const dir = makeTempDir('values-');
    const server = await startSqld();
    const place = kind === 'file' ? { url: `file:${path.join(dir, 'app.db')}` } : { url: server.url };
    live = await openLive(kind === 'replica' ? { ...place, replica: path.join(dir, 'replica.db') } : place);
    end = async () => {
      await live.close();
      await server.stop();
      removeTempDir(dir);
    };
    await live.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
  });
  beforeEach(() => live.execute('DELETE FROM t'));
  afterAll(() => end());

  const plain = (value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value) : value);

  test('come back by storage class and bits, bound and inserted', async () => {
    for (const value of VALUES) await live.execute('INSERT INTO t (v) VALUES (?)', [value]);
    await live.insertRows(
      't',
      ['v'],
      VALUES.map((value) => [value]),
    );
    const rows = await rowsOf(live, 'SELECT v FROM t ORDER BY id');
    expect(rows.map(([value]) => plain(value))).toEqual([...VALUES, ...VALUES].map(plain));
    expect(rows.map(([value]) => Object.is(value, -0)).filter(Boolean)).toHaveLength(2);
  });

  test('come back whatever they are', async () => {
    const random = fc.sample(values, 400).filter((value) => !(value instanceof SourceRawText));
    await live.batch(random.map((value) => ({ sql: 'INSERT INTO t (v) VALUES (?)', args: [value] })));
    await live.insertRows(
      't',
      ['v'],
      random.map((value) => [value]),
    );
    const rows = await rowsOf(live, 'SELECT v FROM t ORDER BY id');
    expect(
      rows.filter(([value], i) => !sameValue(value as SqlValue, random[i % random.length] as SqlValue)),
    ).toEqual([]);
    expect(rows).toHaveLength(2 * random.length);
  });

  test('come back from RETURNING, and in a transaction', async () => {
    const { rows, changes, lastInsertRowid } = await live.execute(
      'INSERT INTO t (id, v) VALUES (7, ?) RETURNING v, typeof(v) AS type',
      [-0],
    );
    expect({ rows, changes, lastInsertRowid }).toEqual({
      rows: [{ v: -0, type: 'real' }],
      changes: 1,
      lastInsertRowid: 7n,
    });
    const seen = await live.transaction((tx) =>
      tx.query('SELECT :v AS v, @w AS w', { v: Infinity, w: '\ufeff\0' }),
    );
    expect(seen.rows).toEqual([{ v: Infinity, w: '\ufeff\0' }]);
  });

  test('can be given by name', async () => {
    await live.execute('INSERT INTO t (id, v) VALUES (:id, $v)', { id: 1n, v: 'one' });
    expect(await rowsOf(live, 'SELECT id, v FROM t WHERE v = @v', { v: 'one' })).toEqual([[1n, 'one']]);
  });

  test('have the rowid of what was inserted, and none after other statements', async () => {
    const rowidOf = async (sql: string): Promise<unknown> => (await live.execute(sql)).lastInsertRowid;
    expect(await rowidOf("WITH s AS (SELECT 5) INSERT INTO t SELECT *, 'a' FROM s")).toBe(5n);
    for (const sql of [
      'UPDATE t SET v = 1',
      'UPDATE t SET v = 2 RETURNING id',
      'INSERT OR IGNORE INTO t VALUES (5, 1)',
      'SELECT id FROM t',
      'DELETE FROM t WHERE id = 9',
      'DELETE FROM t',
    ])
      expect([sql, await rowidOf(sql)]).toEqual([sql, null]);
    const results = await live.transaction((tx) =>
      Promise.all(
        [
          'REPLACE INTO t VALUES (-6, 1) RETURNING v',
          'INSERT OR IGNORE INTO t VALUES (-6, 1)',
          'UPDATE t SET v = 1',
        ].map((sql) => tx.execute(sql)),
      ),
    );
    expect(results.map(({ lastInsertRowid }) => lastInsertRowid)).toEqual([-6n, null, null]);
  });

  test('of a query come without counts of changes', async () => {
    const queried = { columns: ['v'], rows: [{ v: 1n }] };
    expect(await live.query('SELECT 1 AS v')).toEqual(queried);
    expect(await live.transaction((tx) => tx.query('SELECT 1 AS v'))).toEqual(queried);
  });

  test('must be as many as there are parameters', async () => {
    for (const args of [[], [1n], [1n, 2n, 3n], { a: 1n }]) {
      expect(await errorOf(live.query('SELECT ?, ?', args))).toMatchObject({ code: 'USAGE' });
      expect(await errorOf(live.execute('INSERT INTO t VALUES (?, ?)', args))).toMatchObject({
        code: 'USAGE',
      });
    }
  });

  test.each([
    [true, 'the type boolean'],
    [undefined, 'the type undefined'],
    [NaN, 'NaN'],
    [2n ** 63n, '64 bits'],
    [new Date(0), 'the type Date'],
    [Object.create(null), 'the type object'],
    ['Ada 👩‍🚀'.slice(0, 5), 'half a surrogate pair'],
    ['\ude80 Lovelace', 'half a surrogate pair'],
    [new RawText(Uint8Array.of(255)), 'CAST'],
  ])('that SQLite does not have are refused: %p', async (value, words) => {
    const error = await errorOf(live.execute('INSERT INTO t (v) VALUES (?)', [value as SqlValue]));
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(JSON.stringify(error)).toContain(words);
    if (value instanceof RawText) return;
    expect(await errorOf(live.insertRows('t', ['v'], [[value as SqlValue]]))).toMatchObject({
      code: 'USAGE',
    });
  });
});

test('arguments of the wrong kind are refused, and nothing runs', async () => {
  const dir = makeTempDir('values-');
  const live = await openLive({ url: `file:${path.join(dir, 'a.db')}` });
  await live.execute('CREATE TABLE t (v)');
  const wrong = async function* (): AsyncGenerator {
    yield [1n];
  };
  const any = (value: unknown): never => value as never;
  for (const refused of [
    live.batch(any(undefined)),
    live.batch(any('DELETE FROM t')),
    live.batch(['INSERT INTO t VALUES (1)', any(null)]),
    live.insertRows('t', ['v'], any(null)),
    live.insertRows('t', ['v'], any({})),
    live.insertRows('t', ['v'], any(wrong())),
    live.transaction(any(undefined)),
    openLive({ url: 'http://127.0.0.1:1', replica: 'a\0b' }),
  ])
    expect(await errorOf(refused)).toMatchObject({ code: 'USAGE' });
  expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[0n]]);
  await live.close();
  removeTempDir(dir);
});

describeWithSqld('SQL and names with what SQLite would not read to its end', () => {
  test.each(['a NUL\0', 'half a pair \ud83d'])('are refused, and nothing runs: %j', async (part) => {
    const dir = makeTempDir('values-');
    const live = await openLive({ url: `file:${path.join(dir, 'a.db')}` });
    const { results } = await live.batch(['CREATE TABLE t (v)', 'INSERT INTO t VALUES (1)']);
    expect(results).toHaveLength(2);
    for (const refused of [
      live.query(`SELECT v FROM t -- ${part}`),
      live.query('SELECT :v', { [`v${part}`]: 1n }),
      live.execute(`DELETE FROM t -- ${part}`),
      live.batch([`DELETE FROM t -- ${part}`]),
      live.transaction((tx) => tx.execute(`DELETE FROM t -- ${part}`)),
      live.insertRows(`t${part}`, ['v'], [[1n]]),
      live.insertRows('t', [`v${part}`], [[1n]]),
    ])
      expect(await errorOf(refused)).toMatchObject({ code: 'USAGE' });
    expect(await rowsOf(live, 'SELECT count(*) FROM t')).toEqual([[1n]]);
    await live.close();
    removeTempDir(dir);
  });
});

describeWithSqld('text that is no text', () => {
  test('is read from a replica, and inserted, as its bytes', async () => {
    const dir = makeTempDir('values-');
    const server = await startSqld();
    await execOn(
      server,
      "CREATE TABLE t (v); CREATE TABLE r (v); INSERT INTO r VALUES (CAST(x'ff' AS TEXT)); INSERT INTO t VALUES (CAST(x'ff61' AS TEXT)), ('\ufffd'), (x'ff')",
    );
    const live = await openLive({ url: server.url, replica: path.join(dir, 'replica.db') });
    try {
      await live.insertRows('t', ['v'], [[new RawText(Uint8Array.of(0xc3, 0x28))]]);
      const rows = await rowsOf(live, 'SELECT v FROM t ORDER BY rowid;');
      expect(
        rows
          .map(([v]) => (v as { bytes?: Uint8Array }).bytes ?? v)
          .map((v) => (v instanceof Uint8Array ? Buffer.from(v) : v)),
      ).toEqual([Buffer.from([0xff, 0x61]), '\ufffd', Buffer.from([0xff]), Buffer.from([0xc3, 0x28])]);
      for (const sql of ['SELECT v FROM r', 'SELECT v FROM r; -- all', 'SELECT v FROM r /* all */ ;'])
        expect(await rowsOf(live, sql)).toEqual([[new RawText(Uint8Array.of(255))]]);
    } finally {
      await live.close();
      await server.stop();
      removeTempDir(dir);
    }
  });
});
