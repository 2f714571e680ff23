import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { execOn, queryOn } from '../statements';
import { startSqld, type Sqld } from '../sqld';
import { requireTool } from '../tools';
import type { BalancerOptions } from './balancer';
import { startDouble, type ServerDouble } from './double';
import type { Profile } from './profiles';

(requireTool('sqld') ? describe : describe.skip)('a double of a server', () => {
  let server: Sqld;
  let double: ServerDouble | undefined;
  beforeAll(async () => {
    server = await startSqld();
  });
  beforeEach(() =>
    execOn(server, ['DROP TABLE IF EXISTS t', 'CREATE TABLE t(v)', "INSERT INTO t VALUES ('here')"]),
  );
  afterEach(() => double?.stop());
  afterAll(() => server.stop());

  async function start(profile: Profile, balancer?: BalancerOptions): Promise<ServerDouble> {
    return (double = await startDouble(server.port, profile, balancer));
  }

  async function answers(path: string): Promise<number> {
    return (await fetch(`${double?.url}${path}`)).status;
  }

  async function ended(sql: string): Promise<string> {
    return execOn(double as ServerDouble, sql).then(
      () => 'done',
      (error: unknown) => (error as Error).message,
    );
  }

  /** Inserts a row by one request, and tells the status of its answer. */
  async function insert(i: number): Promise<number> {
    const requests = [{ type: 'execute', stmt: { sql: `INSERT INTO t VALUES (${i})` } }, { type: 'close' }];
    return (await post(requests)).status;
  }

  function post(requests: readonly object[]): Promise<Response> {
    return fetch(`${double?.url}/v2/pipeline`, { method: 'POST', body: JSON.stringify({ requests }) });
  }

  test.each([
    ['full' as const, [200, 200, 200], 'sqlite_dbpage', 'done', 'done'],
    [
      'cloud' as const,
      [404, 200, 200],
      'sqlite_dbpage',
      'done',
      'unsupported statement: PRAGMA user_version',
    ],
    [
      'synced' as const,
      [404, 200, 200],
      'sqlite_dbpage',
      'done',
      'unsupported statement: PRAGMA user_version',
    ],
    ['bare' as const, [404, 404, 200], 'sqlite_dbpage', 'no such table: sqlite_dbpage', 'done'],
    ['balancer' as const, [200, 200, 200], 'sqlite_dbpage', 'done', 'done'],
  ])('is %s', async (profile, statuses, name, read, set) => {
    await start(profile, { every: Infinity });
    expect(await Promise.all(['/v3-protobuf', '/v3', '/v2'].map(answers))).toEqual(statuses);
    expect(await ended(`SELECT * FROM ${name}`)).toContain(read);
    expect(await ended('PRAGMA user_version = 3')).toContain(set);
    expect(await ended('PRAGMA user_version')).toBe('done');
    expect(await queryOn(double as ServerDouble, 'SELECT v FROM t')).toEqual([['here']]);
  });

  test.each([
    ['full' as const, true, true],
    ['cloud' as const, false, false],
    ['bare' as const, false, false],
  ])('tells of the log as %s: %p %p', async (profile, index, log) => {
    const { url } = await start(profile);
    const requests = [
      { type: 'batch', batch: { steps: [{ stmt: { sql: 'SELECT 1' } }] } },
      { type: 'close' },
    ];
    const answer = await post(requests);
    expect(/"replication_index":"?\d/.test(await answer.text())).toBe(index);
    const headers = { 'content-type': 'application/grpc-web+proto' };
    const hello = await fetch(`${url}/wal_log.ReplicationLog/Hello`, {
      method: 'POST',
      headers,
      body: new Uint8Array(5),
    });
    expect((await hello.arrayBuffer()).byteLength > 0).toBe(log);
  });

  test('has sync endpoints, by which the server’s pages come', async () => {
    const { url, sync } = await start('synced');
    const ask = async (path: string): Promise<[status: number, body: Buffer]> => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, Buffer.from(await answer.arrayBuffer())];
    };
    const json = async (path: string): Promise<unknown> => JSON.parse(String((await ask(path))[1]));
    expect(await json('/info')).toEqual({ current_generation: 1 });
    const [, file] = await ask('/export/1');
    expect(file.toString('latin1', 0, 15)).toBe('SQLite format 3');
    expect([(await ask('/sync/1/1/129'))[0], await json('/sync/1/1/129')]).toEqual([400, { generation: 1 }]);
    await execOn(server, "INSERT INTO t VALUES ('more')");
    const [status, frames] = await ask('/sync/1/1/129');
    expect([status, frames.length % 4120, frames.readUInt32BE(frames.length - 4120 + 4)]).toEqual([
      200,
      0,
      file.length / 4096,
    ]);
    expect(frames.includes('more')).toBe(true);
    await sync?.checkpoint();
    expect(await json('/sync/1/99/100')).toEqual({ generation: 2 });
    expect((await ask('/export/2'))[1].includes('more')).toBe(true);
    await double?.stop();
    expect([(await start('cloud')).sync, await answers('/info')]).toEqual([null, 404]);
  });

  test('behind a load balancer refuses the same requests each time, and none of them arrives', async () => {
    const outcomes: number[][] = [];
    for (const _ of [1, 2]) {
      await start('balancer', { seed: 7, every: 4 });
      const seen: number[] = [];
      for (let i = 0; i < 40; i++) seen.push(await insert(i));
      outcomes.push(seen);
      await double?.stop();
    }
    const [first = [], second] = outcomes;
    expect(second).toEqual(first);
    expect(new Set(first)).toEqual(new Set([200, 429, 503]));
    const done = first.filter((status) => status === 200).length;
    expect(await queryOn(server, 'SELECT count(*) - 1 FROM t')).toEqual([[BigInt(2 * done)]]);
  });

  test('behind one that loses answers leaves open what arrived', async () => {
    await start('balancer', { seed: 3, every: 2, losesAnswers: true });
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) seen.push(await insert(i));
    expect(new Set(seen)).toEqual(new Set([200, 408, 429, 502, 503]));
    const done = seen.filter((status) => status === 200).length;
    const [[rows]] = (await queryOn(server, 'SELECT count(*) - 1 FROM t')) as [[bigint]];
    expect(Number(rows)).toBeGreaterThan(done);
    expect(Number(rows)).toBeLessThan(60);
  });

  test('behind a load balancer loses a connection that was idle', async () => {
    const { port } = await start('balancer', { every: Infinity });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (): Promise<[IncomingMessage, Socket]> =>
      new Promise((resolve, reject) => {
        const call = get({ port, path: '/v2', agent }, (answer) => {
          answer.resume().once('end', () => resolve([answer, call.socket as Socket]));
        }).once('error', reject);
      });
    const [first, socket] = await ask();
    expect([first.statusCode, first.headers['keep-alive']]).toEqual([200, undefined]);
    expect((await ask())[1]).toBe(socket);
    await once(socket, 'close');
    expect((await ask())[1]).not.toBe(socket);
    agent.destroy();
  });
});
