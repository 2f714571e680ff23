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
    const { rows, columns } = await run().query('SELECT v FROM t ORDER BY id; -- all of them');
    expect(columns).toEqual(['v']);
    expect(rows).toHaveLength(2 * random.length);
    const lost = rows.filter(
      ([value], i) => !sameValue(value as SqlValue, random[i % random.length] as SqlValue),
    );
    expect(lost).toEqual([]);
  });

  test('are bound at every kind of parameter', async () => {
    const at = async (sql: string, args: Parameters<Live['query']>[1]): Promise<unknown> =>
      (await run().query(sql, args)).rows[0];
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
      for (const sql of forms) found.push((await tx.query(sql)).rows);
      return found;
    });
    for (const found of rows)
      expect(found).toEqual([
        [2n, '\ufeff'],
        [1n, Infinity],
      ]);
  });

  test('that are text and not UTF-8 come back as their bytes', async () => {
    await execOn(server as Sqld, "INSERT INTO t VALUES (1, CAST(x'ff61' AS TEXT)), (2, 'text'), (3, -9e999)");
    const { columns, rows } = await run().query('SELECT v AS name, id FROM t ORDER BY id');
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
