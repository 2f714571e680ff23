import { randomBytes } from 'node:crypto';
import path from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  downloadDatabase,
  execOn,
  makeTempDir,
  removeTempDir,
  requireTool,
  startDouble,
  startSqld,
  type ServerDouble,
  type Sqld,
} from '@turso-sync/testing';
import fc from 'fast-check';
import { connect } from '../../src/remote/connect';
import type { Remote, SnapshotStart } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';
import { startHttpProxy, type HttpProxy, type ProxiedAnswer } from '../hostile/http-proxy.fixture';

/** A change of the answer to one endpoint. */
type Change = (told: ProxiedAnswer, path: string) => ProxiedAnswer;

const FRAME = 4120;

const ROWS = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 150)`;

const RESET = [
  'DROP TABLE IF EXISTS a',
  'DROP TABLE IF EXISTS b',
  'CREATE TABLE a(id INTEGER PRIMARY KEY, v)',
  `${ROWS} INSERT INTO a SELECT i, randomblob(1000) FROM n`,
];

(requireTool('sqld') ? describe : describe.skip)('a server with sync endpoints', () => {
  let [dir, server, double, proxy, remote]: [string, Sqld?, ServerDouble?, HttpProxy?, Remote?] = [''];
  let change: Change = (told) => told;
  let seen: string[] = [];
  let files = 0;
  const newFile = (): string => path.join(dir, `${files++}.db`);
  const edit = (...sql: string[]): Promise<void> => execOn(server as Sqld, sql);
  const sync = () => double?.sync as NonNullable<ServerDouble['sync']>;

  beforeAll(async () => {
    dir = makeTempDir('sync-endpoints-');
    // A file that shrinks by itself also loses pages.
    const database = newFile();
    buildDatabase(database, 'PRAGMA auto_vacuum = FULL; CREATE TABLE a(v)');
    server = await startSqld({ database });
    await edit(...RESET);
  });
  beforeEach(async () => {
    change = (told) => told;
    seen = [];
    double = await startDouble((server as Sqld).port, 'synced');
    proxy = await startHttpProxy(double.url, async ({ path: to, forward }) => {
      const told = await forward();
      if (!/^\/(?:info|export|sync)/.test(to)) return told;
      seen.push(to);
      return change(told, to);
    });
    remote = connect(parseRemoteUrl(proxy.url, ''));
  });
  afterEach(async () => {
    await remote?.close();
    proxy?.stop();
    await double?.stop();
  });
  afterAll(async () => {
    await server?.stop();
    removeTempDir(dir);
  });

  const mark = (known?: string | null): Promise<string | null | undefined> =>
    (remote as Remote).fingerprint({ mayLag: true, known });

  /** A copy that has what the server has, by whichever way. */
  async function copy(...starts: SnapshotStart[]): Promise<SnapshotStart & { readonly method: string }> {
    const file = newFile();
    const { method, crc, at = null } = await (remote as Remote).snapshot(file, { starts, mayLag: true });
    const whole = newFile();
    await downloadDatabase(server as Sqld, whole);
    expect(compareDatabases(whole, file, { ignoreApplicationId: false })).toEqual([]);
    return { file, method, pagesAt: at, reached: at, crc: crc ?? undefined };
  }

  const action = fc
    .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 150 }))
    .map(([table, count]) => [
      `CREATE TABLE IF NOT EXISTS b(id INTEGER PRIMARY KEY, v)`,
      `${ROWS} INSERT INTO ${table}(v) SELECT randomblob(${count}) FROM n LIMIT ${count}`,
      `UPDATE ${table} SET v = random() WHERE id % 7 = ${count % 7}`,
      `DELETE FROM ${table} WHERE id > ${count}`,
      `CREATE INDEX IF NOT EXISTS i_${table} ON ${table}(v)`,
    ])
    .chain((sql) => fc.constantFrom(...sql));
  const round = fc.record({
    actions: fc.array(action, { maxLength: 3 }),
    checkpoints: fc.integer({ min: 0, max: 2 }),
    forgets: fc.boolean(),
  });

  test('gives the same as all pages, after any changes and generations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 4 }), async (rounds) => {
        let start = await copy();
        for (const { actions, checkpoints, forgets } of rounds) {
          await edit('CREATE TABLE IF NOT EXISTS b(id INTEGER PRIMARY KEY, v)', ...actions);
          for (let i = 0; i < checkpoints; i++) await sync().checkpoint({ forgets });
          start = await copy(start);
          expect(start.method).toBe('sync');
        }
      }),
      { numRuns: 3 },
    );
    await edit(...RESET);
  });

  test('is asked for the frames since, and for no row', async () => {
    const start = await copy();
    await edit('UPDATE a SET v = 1 WHERE id = 7');
    seen = [];
    const next = await copy(start);
    expect([next.method, seen]).toEqual(['sync', ['/info', '/sync/1/1/129', '/sync/1/1/129']]);
    expect(next.pagesAt).toMatch(/^sync\/1\/1\//);
  });

  test('has a mark that moves with each write, and is asked for less with an earlier one', async () => {
    const marks: (string | null | undefined)[] = [await mark(), await mark()];
    expect(marks[1]).toBe(marks[0]);
    for (const sql of ['UPDATE a SET v = 2 WHERE id = 1', 'CREATE TABLE m(x)', 'DROP TABLE m']) {
      await edit(sql);
      expect(marks).not.toContain(await mark());
      marks.push(await mark());
    }
    await edit('UPDATE a SET v = random()');
    const [latest, again] = [await mark(), await mark()];
    expect(again).toBe(latest);
    seen = [];
    expect(await mark(latest)).toBe(latest);
    expect(seen).toHaveLength(2);
    // To guard by, there is none.
    expect(await remote?.fingerprint()).toBeNull();
    expect(await remote?.transactSince(latest as string, () => [])).toBeNull();
    expect(await remote?.transact([{ sql: 'UPDATE a SET v = 3 WHERE id = 1', args: [] }])).toEqual({
      committed: true,
      fingerprint: null,
    });
  });

  test('that is behind an earlier mark has none', async () => {
    await mark();
    await edit('UPDATE a SET v = 4 WHERE id = 1');
    const known = (await mark()) as string;
    expect(await mark(known.replace('/1/', '/2/'))).toBeNull();
    expect(await mark(known)).toBe(known);
  });

  test('that tells writes late has a mark that moves with definitions all the same', async () => {
    const before = await mark();
    sync().lags = true;
    await edit('UPDATE a SET v = 5 WHERE id = 1');
    expect(await mark()).toBe(before);
    await edit('CREATE TABLE m(x)', 'DROP TABLE m');
    expect(await mark()).not.toBe(before);
    // What a push leaves cannot be missing, so all is read by SQL.
    expect((await copy()).method).toBe('pages');
  });

  test('is not followed from a copy that came by another way', async () => {
    const { file } = await copy();
    const at = await mark();
    expect((await copy({ file, pagesAt: at as string, reached: null })).method).not.toBe('sync');
  });

  const body =
    (change: (body: Buffer) => Buffer): Change =>
    (told, to) =>
      to.startsWith('/sync') && told.status === 200 ? { ...told, body: change(told.body) } : told;
  const answers = (what: RegExp, status: number, text: string | Buffer): Change => {
    return (told, to) => (what.test(to) ? { status, headers: {}, body: Buffer.from(text) } : told);
  };
  const ofOthers = (told: ProxiedAnswer, to: string): ProxiedAnswer =>
    to.startsWith('/sync') && told.status === 200 ? { ...told, body: randomBytes(told.body.length) } : told;

  const LIES: Readonly<Record<string, Change>> = {
    'has a page for /info': answers(/info/, 200, '<!doctype html>'),
    'has no generation': answers(/info/, 200, '{"current_generation":0}'),
    'has half a generation': answers(/info/, 200, '{"current_generation":1.5}'),
    'has a generation of text': answers(/info/, 200, '{"current_generation":"1"}'),
    'has an earlier generation': answers(/info/, 200, '{"current_generation":1}'),
    'has a generation that is not there': answers(/info/, 200, '{"current_generation":77}'),
    'has no object': answers(/info/, 200, 'null'),
    'has failed': answers(/info/, 500, 'sorry'),
    'sends on': (told, to) =>
      to.includes('info')
        ? { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: Buffer.alloc(0) }
        : told,
    'has no frames': answers(/sync/, 404, 'route not found'),
    'has the end without a generation': answers(/sync/, 400, '{}'),
    'has frames without end': answers(/sync/, 200, Buffer.alloc(200 * FRAME)),
    'has empty frames': answers(/sync/, 200, ''),
    'has frames of nothing': answers(/sync/, 200, Buffer.alloc(2 * FRAME)),
    'has random frames': ofOthers,
    'has half a frame': body((b) => b.subarray(0, b.length - 100)),
    'repeats frames': body((b) => Buffer.concat([b, b])),
    'has other first frames': body((b) => Buffer.concat([b.subarray(FRAME), b.subarray(0, FRAME)])),
    'leaves the first frame out': body((b) => b.subarray(FRAME)),
    'leaves the last frame out': body((b) => b.subarray(0, b.length - FRAME)),
  };

  test.each(Object.entries(LIES))('that %s is copied by another way', async (_, lie) => {
    await sync().checkpoint();
    await edit('UPDATE a SET v = random() WHERE id < 4');
    const start = await copy();
    expect(start.method).toBe('sync');
    await edit('UPDATE a SET v = random(); CREATE TABLE m(x); DROP TABLE m');
    change = lie;
    await mark(start.reached);
    expect((await copy(start)).method).not.toBe('sync');
  });

  test.each<[string, Change]>([
    ['nothing', answers(/export/, 200, '')],
    ['no database', answers(/export/, 200, randomBytes(8 * 4096))],
    ['more than there can be', answers(/export/, 200, Buffer.alloc(16_000_000))],
    [
      'half of it',
      (told, to) => (to.includes('export') ? { ...told, body: told.body.subarray(0, 4096 * 3) } : told),
    ],
  ])('that exports %s is copied by another way', async (_, lie) => {
    change = lie;
    expect((await copy()).method).toBe('pages');
  });
});
