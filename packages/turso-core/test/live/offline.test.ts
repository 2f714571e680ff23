import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createTokens, execOn, requireTool, startSqld, until } from '@turso-sync/testing';
import type { TursoSyncError } from '../../src/errors';
import type { Live, LiveOptions } from '../../src/live/live';
import type { LiveEvent } from '../../src/live/live-event';
import { errorOf, rowsOf, withServer, type LiveScene } from './served.fixture';

const count = async (live: Live): Promise<unknown> => (await rowsOf(live, 'SELECT count(*) FROM t'))[0]?.[0];

const OFFLINE = { offlineStart: true, maxRetries: 1 } as const;

/** Makes a replica with one row, and closes it. */
async function makeReplica({ open, replica }: LiveScene, url?: string): Promise<void> {
  const live = await open({ replica, ...(url === undefined ? {} : { url }) });
  await live.execute('CREATE TABLE IF NOT EXISTS t (v)');
  await live.batch(['DELETE FROM t', 'INSERT INTO t VALUES (1)']);
  await live.close();
}

/** What is done with a request in place of passing it on. */
type Fate = (response: http.ServerResponse, request: http.IncomingMessage) => unknown;

const answer =
  (status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Fate =>
  (response) =>
    response.writeHead(status, headers).end(body);
const cut: Fate = (_, { socket }) => socket.destroy();
const silence: Fate = () => undefined;

/** Runs a test with a server behind a proxy that strikes requests whose path has a beginning. */
async function withProxy(
  test: (
    scene: LiveScene & { url: string; strike: (at: string, fate: Fate | null) => void },
  ) => Promise<void>,
): Promise<void> {
  await withServer(async (scene) => {
    let struck: { readonly at: string; readonly fate: Fate } | null = null;
    const proxy = http.createServer((request, response) => {
      const { url = '/', method = 'GET', headers } = request;
      if (struck !== null && url.startsWith(struck.at)) {
        const { fate } = struck;
        request.resume().on('end', () => fate(response, request));
        return;
      }
      const onward = http.request(new URL(url, scene.server.url), { method, headers }, (served) => {
        response.writeHead(served.statusCode ?? 0, served.headers);
        served.pipe(response);
      });
      onward.on('error', () => request.socket.destroy());
      request.pipe(onward);
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    try {
      const strike = (at: string, fate: Fate | null): unknown => (struck = fate && { at, fate });
      await test({ ...scene, url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, strike });
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
}

(requireTool('sqld') ? describe : describe.skip)('a start without the server', () => {
  test('reads an intact replica, tells its age, and goes on when the server is back', () =>
    withServer(async (scene) => {
      const { server, replica, open } = scene;
      await makeReplica(scene);
      const hourAgo = new Date(Date.now() - 3_600_000);
      fs.utimesSync(`${replica}-note`, hourAgo, hourAgo);
      // While the server is up: the replica may be synced as soon as it is back.
      await execOn(server, 'INSERT INTO t VALUES (2)');
      await server.kill();
      const refused = await errorOf(open({ maxRetries: 1 }));
      expect(refused).toMatchObject({ code: 'REMOTE_UNREACHABLE' });
      expect((refused as TursoSyncError).message).not.toContain('replica');

      for (const [rows, autoSync] of [
        [1n, true],
        [3n, 20],
      ] as const) {
        const events: LiveEvent[] = [];
        // The age outlives a program that was never synced.
        await (await open({ ...OFFLINE, autoSync: false })).close();
        const live = await open({ ...OFFLINE, autoSync, onEvent: (event) => events.push(event) });
        expect(await count(live)).toBe(rows);
        const before = live.stats();
        expect(before).toMatchObject({ syncs: 0, lastSyncMsAgo: null, rebuilds: 0 });
        expect(before.frameNo).toBeGreaterThan(0);
        if (rows === 1n) expect(before.replicaAgeMs).toBeGreaterThanOrEqual(3_600_000);
        const write = await errorOf(live.execute('INSERT INTO t VALUES (2)'));
        expect(write).toMatchObject({ code: 'REMOTE_UNREACHABLE', retryable: true });
        const sync = await errorOf(live.sync());
        expect(sync).toMatchObject({ code: 'SYNC_FAILED', retryable: true });
        expect((sync as TursoSyncError).hint).toContain('Reads go on');
        expect(events.some(({ type }) => type === 'sync')).toBe(false);

        await server.restart();
        await until(async () => (await count(live)) === rows + 1n && live.stats().syncs > 0, 60_000);
        expect(events).toContainEqual(expect.objectContaining({ type: 'sync' }));
        const after = live.stats();
        expect(after.lastSyncMsAgo).not.toBeNull();
        expect(after.replicaAgeMs).toBeLessThan(3_600_000);
        await live.execute('INSERT INTO t VALUES (3)');
        expect(await count(live)).toBe(rows + 2n);
        await live.close();
        await execOn(server, 'INSERT INTO t VALUES (2)');
        await server.kill();
      }
    }));

  test('without auto-sync leaves the first sync to the program, and closes at once', () =>
    withServer(async (scene) => {
      await makeReplica(scene);
      await execOn(scene.server, 'INSERT INTO t VALUES (2)');
      await scene.server.kill();
      const closed = await scene.open(OFFLINE);
      await closed.close();
      const live = await scene.open({ ...OFFLINE, autoSync: false });
      await scene.server.restart();
      await live.execute('INSERT INTO t VALUES (3)');
      expect(await count(live)).toBe(1n);
      await live.sync();
      expect(await count(live)).toBe(3n);
    }));

  test('is for a server that fails, and not for one that refuses', () =>
    withProxy(async (scene) => {
      const { url, strike, open } = scene;
      await makeReplica(scene, url);
      const opened = (options: Partial<LiveOptions> = {}): Promise<Live> =>
        open({ url, ...OFFLINE, autoSync: false, timeout: 5000, ...options });
      const busy = { 'retry-after': '60' };
      for (const fate of [answer(500), answer(408), answer(503, busy), cut])
        for (const at of ['/', '/wal_log']) {
          strike(at, fate);
          const live = await opened();
          expect(await count(live)).toBe(1n);
          await live.close();
        }
      for (const at of ['/', '/wal_log']) {
        strike(at, silence);
        const live = await opened({ timeout: 2000 });
        expect([at, await count(live)]).toEqual([at, 1n]);
        await live.close();
      }

      const other = { location: 'http://192.0.2.1/' };
      for (const [fate, code] of [
        [answer(401), 'REMOTE_UNAUTHORIZED'],
        [answer(402), 'REMOTE_BLOCKED'],
        [answer(403), 'REMOTE_READ_ONLY'],
        [answer(404), 'REMOTE_NOT_LIBSQL'],
        [answer(307, other), 'REMOTE_REDIRECTED'],
        [answer(200, {}, '<html>'), 'REMOTE_NOT_LIBSQL'],
      ] as const) {
        strike('/', fate);
        expect(await errorOf(opened())).toMatchObject({ code });
      }
      strike('/', null);
      const live = await opened();
      expect(live.stats()).toMatchObject({ rebuilds: 0, syncs: 1 });
      await live.close();
    }));

  test('is not for a token that the server refuses, or that there is none of', async () => {
    const server = await startSqld({ auth: true });
    await withServer(async ({ open }) => {
      await (await open({ authToken: server.readWriteToken })).close();
      const fails = (): string => {
        throw new Error('no token');
      };
      for (const authToken of [createTokens().readWriteToken, fails])
        expect(await errorOf(open({ ...OFFLINE, authToken }))).toMatchObject({ code: 'REMOTE_UNAUTHORIZED' });
    }, server);
  });

  test('is only for an intact replica of the same remote, and leaves others as they are', () =>
    withProxy(async (scene) => {
      const { url, dir, replica, strike, open } = scene;
      async function refuse(reason: string, options: Partial<LiveOptions> = {}): Promise<void> {
        const before = filesOf(dir);
        strike('/', answer(503));
        const error = await errorOf(open({ url, ...OFFLINE, ...options }));
        expect(error).toMatchObject({ code: 'REMOTE_FAILED', retryable: true });
        expect((error as TursoSyncError).message).toContain(`cannot serve meanwhile: ${reason}`);
        expect([reason, filesOf(dir)]).toEqual([reason, before]);
        strike('/', null);
      }
      await makeReplica(scene, url);
      await refuse('it was synced with another remote', { url: url.replace('127.0.0.1', 'localhost') });
      await refuse('there is no such file', { replica: path.join(dir, 'new', 'none.db') });
      expect(fs.existsSync(path.join(dir, 'new'))).toBe(false);
      // Of a first fetch that was cut off.
      const begun = path.join(dir, 'begun.db');
      strike('/wal_log.ReplicationLog/LogEntries', cut);
      const failed = await errorOf(open({ url, maxRetries: 0, replica: begun }));
      expect(failed).toMatchObject({ code: 'SYNC_FAILED' });
      // There is no connection, so nobody reads.
      expect((failed as TursoSyncError).hint).not.toContain('Reads go on');
      await refuse('there is no such file', { replica: begun });
      for (const [reason, harm] of Object.entries(HARMS)) {
        await makeReplica(scene, url);
        harm(replica);
        await refuse(reason);
      }
      const foreign = path.join(dir, 'foreign.db');
      fs.writeFileSync(foreign, 'not ours');
      strike('/', answer(503));
      expect(await errorOf(open({ url, ...OFFLINE, replica: foreign }))).toMatchObject({
        code: 'FILE_INACCESSIBLE',
      });
    }));

  test('is followed by a new fetch if the server comes back with another history', () =>
    withServer(async (scene) => {
      const { server } = scene;
      await makeReplica(scene);
      await server.kill();
      fs.rmSync(server.dir, { recursive: true });
      const live = await scene.open(OFFLINE);
      expect(await count(live)).toBe(1n);
      await server.restart();
      await execOn(server, 'CREATE TABLE t (v)');
      await until(async () => live.stats().rebuilds > 0, 60_000);
      await live.sync();
      expect(await count(live)).toBe(0n);
    }));
});

/** What another program does to a replica, by the reason that is told. */
const HARMS: Readonly<Record<string, (replica: string) => void>> = {
  'it has lost the note': (replica) => fs.writeFileSync(`${replica}-note`, 'turso'),
  'it has lost what libSQL notes': (replica) => fs.rmSync(`${replica}-client_wal_index`),
  'it was changed by another program': (replica) => fs.writeFileSync(replica, Buffer.alloc(8192, 7)),
  'it is damaged': (replica) => {
    fs.writeFileSync(replica, Buffer.alloc(fs.statSync(replica).size, 7));
    // As if it had been so at the last sync.
    const { ino, size, mtimeNs } = fs.statSync(replica, { bigint: true });
    const note = fs.readFileSync(`${replica}-note`, 'latin1');
    fs.writeFileSync(`${replica}-note`, note.replace(/^file .*$/m, `file ${ino} ${size} ${mtimeNs}`));
  },
  'its note is of an older version': (replica) => {
    const note = fs.readFileSync(`${replica}-note`, 'latin1');
    fs.writeFileSync(`${replica}-note`, note.slice(0, note.indexOf('remote ')));
  },
  'there is no such file': (replica) => fs.rmSync(replica),
};

/**
 * The files of a folder, without the lock and those that SQLite makes for every reader. Of a note, without the state of the
 * files, which is noted once they are found to be as they were.
 */
function filesOf(dir: string): Record<string, string> {
  const names = fs.readdirSync(dir).filter((name) => !/-(?:lock|shm)$/.test(name));
  const contents = names.map((name) => {
    const text = fs.readFileSync(path.join(dir, name), 'latin1');
    return [name, name.endsWith('-note') ? (text.split('phase')[0] ?? '') : text] as const;
  });
  return Object.fromEntries(contents.filter(([, text]) => text !== ''));
}
