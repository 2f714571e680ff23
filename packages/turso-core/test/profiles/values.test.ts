import {
  execOn,
  requireTool,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { sameValue, type SqlValue } from '../../src/sqlite/values/values';
import { values } from '../fixtures/values.fixture';
import { openLive, RawText } from '../live/built.fixture';
import type { Live } from '../../src/live/live';
import { profiles } from './profiles.fixture';
import { AS_LISTS, rowsOf } from '../live/served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld.each(profiles)('values through direct access to a server that is %s', (profile) => {
  let [server, double, live]: [Sqld?, ServerDouble?, Live?] = [];
  const run = (): Live => live as Live;
  beforeAll(async () => {
    server = await startSqld();
    double = await startDouble(server.port, profile);
    live = await openLive({ url: double.url, timeout: 20_000 });
    await live.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v)');
  });
  beforeEach(() => run().execute('DELETE FROM t'));
  afterAll(async () => {
    await live?.close();
    await double?.stop();
    await server?.stop();
  });

  test('come back whatever they are', async () => {
    const edge = [
      Infinity,
      -Infinity,
      -0,
      5e-324,
      2n ** 63n - 1n,
      -(2n ** 63n),
      '\ufeffé',
      'a\0b',
      new Uint8Array(0),
    ];
    const random = [...edge, ...fc.sample(values, 200).filter((value) => !isRaw(value))];
    await run().batch(random.map((value) => ({ sql: 'INSERT INTO t (v) VALUES (?)', args: [value] })));
    await run().insertRows(
      't',
      ['v'],
      random.map((value) => [value]),
    );
    const { rows, columns } = await run().query('SELECT v FROM t ORDER BY id; -- all of them', [], AS_LISTS);
    expect(columns).toEqual(['v']);
    expect(rows).toHaveLength(2 * random.length);
    const lost = rows.filter(
      ([value], i) => !sameValue(value as SqlValue, random[i % random.length] as SqlValue),
    );
    expect(lost).toEqual([]);
  });

  test('are bound at every kind of parameter', async () => {
    const at = async (sql: string, args: Parameters<Live['query']>[1]): Promise<unknown> =>
      (await rowsOf(run(), sql, args))[0];
    const [most, least] = [Infinity, -Infinity];
    expect(await at('SELECT ?, ?, ?', [most, 1n, least])).toEqual([most, 1n, least]);
    expect(await at('SELECT ?2, ?1, ?', [most, 1n, least])).toEqual([1n, most, least]);
    expect(await at('SELECT ?1, ?1, ?1 + 1', [most])).toEqual([most, most, most]);
    const quoted = `SELECT '?', "?", [?], /* ? */ ? -- ?\n FROM (SELECT 1 AS "?")`;
    expect(await at(quoted, [least])).toEqual(['?', 1n, 1n, least]);
    expect(await at('SELECT :a, @b, $c, :a', { a: most, b: 'b', c: least })).toEqual([
      most,
      'b',
      least,
      most,
    ]);
    expect(await at('SELECT typeof(:a), :a = 9e999', { a: most })).toEqual(['real', 1n]);
    expect(await at('SELECT count(*) FROM t WHERE v = ?', [most])).toEqual([0n]);
  });

  test('come back within a transaction, and from queries of every form', async () => {
    const rows = await run().transaction(async (tx) => {
      await tx.execute('INSERT INTO t VALUES (1, ?), (2, ?)', [Infinity, '\ufeff']);
      const forms = [
        'SELECT id, v FROM t ORDER BY id DESC',
        'WITH x AS (SELECT id, v FROM t) SELECT * FROM x ORDER BY id DESC LIMIT 2',
        "VALUES (2, '\ufeff'), (1, 9e999)",
        'SELECT 2 AS a, v AS a FROM t WHERE id = 2 UNION ALL SELECT 1, v FROM t WHERE id = 1',
      ];
      const found = [];
      for (const sql of forms) found.push(await rowsOf(tx, sql));
      return found;
    });
    for (const found of rows)
      expect(found).toEqual([
        [2n, '\ufeff'],
        [1n, Infinity],
      ]);
  });

  test('come back from statements that write, each as it was stored', async () => {
    await run().execute('CREATE TABLE two (id INTEGER PRIMARY KEY, "a ""b", text TEXT, returning_at)');
    const row = [Infinity, '\ufeff', -0];
    const insert = 'INSERT INTO two ("a ""b", text, returning_at) VALUES (?, ?, ?)';
    const forms: [string, string[], (id: bigint) => unknown[]][] = [
      ['returning *', ['id', 'a "b', 'text', 'returning_at'], (id) => [id, ...row]],
      [
        'RETURNING "a ""b" AS x, -returning_at y, text z; -- end',
        ['x', 'y', 'z'],
        () => [Infinity, 0, '\ufeff'],
      ],
      [
        'Returning -"a ""b", *, *, max(id, (SELECT 9e999)) AS m /* , */;',
        [
          '-"a ""b"',
          ...['id', 'a "b', 'text', 'returning_at'],
          ...['id', 'a "b', 'text', 'returning_at'],
          'm',
        ],
        (id) => [-Infinity, id, ...row, id, ...row, Infinity],
      ],
    ];
    for (const [returning, columns, expected] of forms) {
      const sql = `${insert} ${returning}`;
      const seen = [await run().execute(sql, row, AS_LISTS)];
      const batch = [{ sql, args: row }, 'SELECT 9e999 AS most, -9e999; -- reads', { sql, args: row }];
      const { results } = await run().batch(batch, AS_LISTS);
      expect(results[1]).toMatchObject({ columns: ['most', '-9e999'], rows: [[Infinity, -Infinity]] });
      seen.push(...results.filter((_, i) => i !== 1));
      await run().transaction(async (tx) => seen.push(await tx.execute(sql, row, AS_LISTS)));
      for (const result of seen) {
        expect(result).toMatchObject({ columns, changes: 1 });
        expect(result.rows).toEqual([expected(result.lastInsertRowid ?? 0n)]);
      }
    }
    const update = 'WITH x(i) AS (VALUES (1), (2)) UPDATE two SET returning_at = -9e999 FROM x WHERE id = i';
    const { rows } = await run().execute(`${update} RETURNING returning_at, id`, [], AS_LISTS);
    expect(rows).toEqual([
      [-Infinity, 1n],
      [-Infinity, 2n],
    ]);
    await run().execute('DROP TABLE two');
  });

  test('that an answer cannot tell are an error, not another value, once the statement was carried out', async () => {
    const insert = { sql: 'INSERT INTO t (v) VALUES (?) RETURNING ?, v', args: [Infinity, 1n] };
    const created = ['CREATE TABLE new (v)', 'INSERT INTO new VALUES (9e999) RETURNING 1, *'];
    for (const write of [
      () => run().execute(insert.sql, insert.args, AS_LISTS),
      async () => (await run().batch(['SELECT 1', insert], AS_LISTS)).results[1],
      async () => (await run().batch(created, AS_LISTS)).results[1],
    ]) {
      const told = await write().then(
        (result) => result?.rows,
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(told).toEqual(profile === 'balancer' ? [[1n, Infinity]] : 'ANSWER_NOT_EXACT');
    }
    const rows = await rowsOf(run(), 'SELECT v FROM t UNION ALL SELECT v FROM new');
    expect(rows).toEqual([[Infinity], [Infinity], [Infinity]]);
    await run().execute('DROP TABLE new');
  });

  test('that are text and not UTF-8 come back as their bytes', async () => {
    await execOn(server as Sqld, "INSERT INTO t VALUES (1, CAST(x'ff61' AS TEXT)), (2, 'text'), (3, -9e999)");
    const { columns, rows } = await run().query('SELECT v AS name, id FROM t ORDER BY id', [], AS_LISTS);
    expect(columns).toEqual(['name', 'id']);
    expect(rows.slice(1)).toEqual([
      ['text', 2n],
      [-Infinity, 3n],
    ]);
    const [raw] = rows[0] ?? [];
    expect(raw).toBeInstanceOf(RawText);
    expect(Buffer.from((raw as InstanceType<typeof RawText>).bytes)).toEqual(Buffer.from([0xff, 0x61]));
  });
});

function isRaw(value: SqlValue): boolean {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
