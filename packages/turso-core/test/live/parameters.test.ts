import path from 'node:path';
import { makeTempDir, removeTempDir, requireTool, startSqld, type Sqld } from '@turso-sync/testing';
import { openLive } from './built.fixture';
import type { Live, LiveArguments } from '../../src/live/live';
import type { SqlValue } from '../../src/sqlite/values/values';
import { AS_LISTS, errorOf, rowsOf } from './served.fixture';

/** Three expressions with parameters, values for them, and what SQLite makes of them. */
const FORMS: readonly (readonly [expressions: string, args: LiveArguments, row: readonly SqlValue[]])[] = [
  ['?, ?, ?', [1n, 2n, 3n], [1n, 2n, 3n]],
  ['?1, ?2, ?3', [1n, 2n, 3n], [1n, 2n, 3n]],
  ['?3, ?1, ?2', [1n, 2n, 3n], [3n, 1n, 2n]],
  ['?2, ?2, ?1', [1n, 2n], [2n, 2n, 1n]],
  ['?2, NULL, NULL', [1n, 2n], [2n, null, null]],
  ['?2, ?, ?', [1n, 2n, 3n, 4n], [2n, 3n, 4n]],
  ['?, ?1, ?', [1n, 2n], [1n, 1n, 2n]],
  ['?01, ?1, ?', [1n, 2n], [1n, 1n, 2n]],
  ['?1, ?2, ?1', { 1: 'a', 2: 'b' }, ['a', 'b', 'a']],
  [':a, @a, $a', [1n, 2n, 3n], [1n, 2n, 3n]],
  [':a, @a, $a', { a: 1n }, [1n, 1n, 1n]],
  [':a, :b, :a', [1n, 2n], [1n, 2n, 1n]],
  [':a, :b, :a', { b: 2n, a: 1n }, [1n, 2n, 1n]],
  ['?1, :1, ?', [1n, 2n, 3n], [1n, 2n, 3n]],
  [':a, ?1, ?', [1n, 2n], [1n, 1n, 2n]],
  [':a, ?, :a', [1n, 2n], [1n, 2n, 1n]],
  ['?2, :a, $b', [1n, 2n, 3n, 4n], [2n, 3n, 4n]],
  ['?1, :a, $b', { 1: 1n, a: 2n, b: 3n }, [1n, 2n, 3n]],
  [':__proto__, :constructor, 3', { ['__proto__']: 1n, constructor: 2n }, [1n, 2n, 3n]],
  [`':a', "?1"."?1", ? /* ?2 */ FROM (SELECT '$c' AS "?1") AS "?1" -- :b`, [1n], [':a', '$c', 1n]],
  ['$é, :é, @_1', [1n, 2n, 3n], [1n, 2n, 3n]],
  [`'none', 0, NULL`, [], ['none', 0n, null]],
];

/** Statements with a parameter that SQLite does not have. */
const NO_PARAMETERS = ['?0, 2, 3', '?32767, 2, 3', '?99999999999999999999, 2, 3'];

/** Ways to give too few, too many or other values. */
function wrongArguments(args: LiveArguments): LiveArguments[] {
  if (isList(args))
    return [[...args, null], ...(args.length > 0 ? [args.slice(1), { a: 1n, other: 1n }] : [])];
  const [, ...rest] = Object.entries(args);
  return [{ ...args, other: 1n }, Object.fromEntries(rest), []];
}

const insert = (expressions: string): string => {
  const [, values = '', after = ''] = /^(.*?)( --.*)?$/.exec(expressions) ?? [];
  return `INSERT INTO t SELECT ${values} RETURNING *${after}`;
};

const isList = (args: LiveArguments): args is readonly SqlValue[] => Array.isArray(args);

/** Every call that takes values. */
const CALLS: Readonly<Record<string, (live: Live, form: string, args: LiveArguments) => Promise<unknown>>> = {
  query: async (live, form, args) => await rowsOf(live, `SELECT ${form}`, args),
  execute: async (live, form, args) => (await live.execute(insert(form), args, AS_LISTS)).rows,
  'execute of a query': async (live, form, args) =>
    (await live.execute(`SELECT ${form}`, args, AS_LISTS)).rows,
  batch: async (live, form, args) =>
    (await live.batch(['SELECT 0', { sql: insert(form), args }], AS_LISTS)).results[1]?.rows,
  'query in a transaction': (live, form, args) =>
    live.transaction(async (tx) => await rowsOf(tx, `SELECT ${form}`, args)),
  'execute in a transaction': (live, form, args) =>
    live.transaction(async (tx) => (await tx.execute(insert(form), args, AS_LISTS)).rows),
};

const describeWithSqld = requireTool('sqld') ? describe : describe.skip;

describeWithSqld('parameters', () => {
  let dir: string;
  let server: Sqld;
  beforeAll(async () => {
    dir = makeTempDir('parameters-');
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
      await live.execute('CREATE TABLE IF NOT EXISTS t (a, b, c)');
    });
    afterAll(() => live.close());

    test.each(Object.entries(CALLS))('mean the same in %s', async (_, call) => {
      for (const [form, args, row] of FORMS)
        expect({ form, args, rows: await call(live, form, args) }).toEqual({ form, args, rows: [row] });
    });

    test.each(Object.entries(CALLS))('are each given a value in %s', async (_, call) => {
      const count = async (): Promise<unknown> => await rowsOf(live, 'SELECT count(*) FROM t');
      const before = await count();
      const wrong = FORMS.flatMap(([form, args]) =>
        wrongArguments(args).map((others) => [form, others, 'USAGE'] as const),
      );
      const none = NO_PARAMETERS.map((form) => [form, [1n], 'SQL_FAILED'] as const);
      for (const [form, args, code] of [...wrong, ...none]) {
        const error = await errorOf(call(live, form, args));
        expect({ form, args, error }).toMatchObject({
          form,
          args,
          error: { code, retryable: false },
        });
        expect((error as { hint?: string }).hint).toMatch(/\w/);
      }
      expect(await count()).toEqual(before);
    });

    test('leave the names of columns as they are', async () => {
      const { columns } = await live.query('SELECT :a, @a + ?, ?4', [1n, 2n, 3n, 4n]);
      expect(columns).toEqual([':a', '@a + ?', '?4']);
    });
  });
});
