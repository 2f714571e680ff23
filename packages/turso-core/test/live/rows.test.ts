import path from 'node:path';
import { makeTempDir, removeTempDir, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import type { Live, LiveRow } from '../../src/live';
import { openLive } from './built.fixture';
import { errorOf } from './served.fixture';

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

/** Every call that returns rows, with the rows and columns of a SELECT. */
const CALLS: Readonly<
  Record<string, (live: Live, sql: string) => Promise<{ columns: readonly string[]; rows: LiveRow[] }>>
> = {
  query: (live, sql) => live.query(sql),
  execute: (live, sql) => live.execute(sql, [], { rowMode: 'object' }),
  batch: async (live, sql) => (await live.batch([sql])).results[0] ?? { columns: [], rows: [] },
  'query in a transaction': (live, sql) => live.transaction((tx) => tx.query(sql)),
  'execute in a transaction': (live, sql) => live.transaction((tx) => tx.execute(sql)),
};

describeWithSqld('rows', () => {
  let dir: string;
  let server: Sqld;
  beforeAll(async () => {
    dir = makeTempDir('rows-');
    server = await startSqld();
  });
  afterAll(async () => {
    await server.stop();
    removeTempDir(dir);
  });

  describe.each(['replica', 'remote', 'file'])('through a %s', (kind) => {
    let live: Live;
    beforeAll(async () => {
      const url = kind === 'file' ? `file:${path.join(dir, 'app.db')}` : server.url;
      live = await openLive({
        url,
        ...(kind === 'replica' ? { replica: path.join(dir, 'replica.db') } : {}),
      });
    });
    afterAll(() => live.close());

    test.each(Object.entries(CALLS))('are objects in %s', async (_, call) => {
      expect(
        await call(live, "SELECT 1 AS id, 'Ada' AS name UNION ALL SELECT 2, NULL ORDER BY 1"),
      ).toMatchObject({
        columns: ['id', 'name'],
        rows: [
          { id: 1n, name: 'Ada' },
          { id: 2n, name: null },
        ],
      });
    });

    test.each(Object.entries(CALLS))('keep every value of a repeated name in %s', async (_, call) => {
      const { columns, rows } = await call(live, 'SELECT 1 AS a, 2 AS b, 3 AS a, 4 AS "a:1", 5 AS a');
      expect(columns).toEqual(['a', 'b', 'a:2', 'a:1', 'a:3']);
      expect(rows).toEqual([{ a: 1n, b: 2n, 'a:2': 3n, 'a:1': 4n, 'a:3': 5n }]);
    });

    test.each(Object.entries(CALLS))('have any name as a key of their own in %s', async (_, call) => {
      const { rows } = await call(live, 'SELECT 1 AS "__proto__", 2 AS constructor, 3 AS "", 4 AS toString');
      const [row = {}] = rows;
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
      expect(Object.entries(row)).toEqual([
        ['__proto__', 1n],
        ['constructor', 2n],
        ['', 3n],
        ['toString', 4n],
      ]);
    });

    test('are lists if asked for, with the names as they are', async () => {
      const asked = ['SELECT 1 AS a, 2 AS a', [], { rowMode: 'array' }] as const;
      const found = [
        await live.query(...asked),
        await live.execute(...asked),
        await live.transaction((tx) => tx.query(...asked)),
        await live.transaction((tx) => tx.execute(...asked)),
        (await live.batch([asked[0]], asked[2])).results[0],
      ];
      for (const result of found) expect(result).toMatchObject({ columns: ['a', 'a'], rows: [[1n, 2n]] });
    });

    test('have no other mode, and nothing runs', async () => {
      const plain = live as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
      for (const options of [{ rowMode: 'list' }, { rowmode: 'array' }, 'array', null, ['array']])
        for (const work of [
          () => plain['query']?.('SELECT 1', [], options),
          () => plain['execute']?.('CREATE TABLE never (v)', [], options),
          () => plain['batch']?.(['CREATE TABLE never (v)'], options),
        ])
          expect(await errorOf(Promise.resolve(work()))).toMatchObject({ code: 'USAGE', retryable: false });
      expect((await live.query("SELECT name FROM sqlite_schema WHERE name = 'never'")).rows).toEqual([]);
    });
  });
});

/** What compiles, and what does not: each of these lines would be an error without its comment. */
export async function types(live: Live): Promise<void> {
  interface Contact {
    readonly id: bigint;
    readonly name: string | null;
  }
  const { rows } = await live.query<Contact>('SELECT id, name FROM contacts');
  const [first] = rows;
  first?.id satisfies bigint | undefined;
  // @ts-expect-error the name may be null
  first?.name satisfies string | undefined;
  // @ts-expect-error there is no such column
  first?.age satisfies unknown;
  // @ts-expect-error SQLite has no booleans
  await live.query<{ done: boolean }>('SELECT done FROM tasks');
  // @ts-expect-error SQLite has no dates
  await live.execute<{ at: Date }>('DELETE FROM tasks RETURNING at');
  // @ts-expect-error rows are objects unless asked otherwise
  await live.query<[bigint]>('SELECT 1');
  const lists = await live.query<[bigint, string]>('SELECT id, name FROM contacts', [], { rowMode: 'array' });
  lists.rows[0]?.[1] satisfies string | undefined;
  const untyped = await live.query('SELECT 1 AS a');
  untyped.rows[0]?.['a'] satisfies null | bigint | number | string | object | undefined;
  await live.transaction(async (tx) => {
    const changed = await tx.execute<Contact>('UPDATE contacts SET name = NULL RETURNING *');
    changed.rows[0]?.id satisfies bigint | undefined;
    const { results } = await live.batch(['SELECT 1'], { rowMode: 'array' });
    results[0]?.rows[0]?.[0] satisfies unknown;
  });
}
