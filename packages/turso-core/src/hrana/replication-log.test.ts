import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient, type HttpClient } from './http-client';
import { createReplicationLog } from './replication-log';

describe('the log of a server that', () => {
  let [server, client]: [Server?, HttpClient?] = [];
  let sent = 0;

  /**
   * Starts a server. It answers everything with a message of this declared length, and sends these bytes once or, if
   * endless, as long as they are read.
   */
  async function serve(length: number, bytes: Uint8Array, isEndless: boolean): Promise<HttpClient> {
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(length, 1);
    sent = 0;
    server = createServer((_request, response) => {
      const more = (): void => {
        do sent += bytes.byteLength;
        while (!response.destroyed && response.write(bytes) && isEndless);
      };
      response.write(frame);
      if (isEndless) response.on('drain', more);
      more();
      if (!isEndless) response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    client = createHttpClient(new URL(url), url, {});
    return client;
  }

  afterEach(() => {
    client?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const collect = async (frames: AsyncIterable<unknown>): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const frame of frames) all.push(frame);
    return all;
  };
  const options = { silence: 5000, signal: new AbortController().signal };

  test.each(['frames', 'snapshot'] as const)(
    'announces a message without end is not read (%s)',
    async (method) => {
      const log = createReplicationLog(await serve(0xffff_ffff, Buffer.alloc(1 << 16, 1), true));
      await expect(collect(log[method]('session', 1n, options))).rejects.toMatchObject({
        code: 'REMOTE_NOT_LIBSQL',
      });
      expect(sent).toBeLessThan(50_000_000);
    },
  );

  test.each([
    ['has a frame without content', Buffer.alloc(0)],
    ['has a frame that is too short', Buffer.of(0x0a, 2, 1, 2)],
    ['sends something else', Buffer.from('<!doctype html>')],
  ])('%s is none', async (_, message) => {
    const log = createReplicationLog(await serve(message.byteLength, message, false));
    const refused = {
      code: 'REMOTE_NOT_LIBSQL',
      message: expect.stringContaining('its log of writes') as string,
    };
    await expect(collect(log.frames('session', 1n, options))).rejects.toMatchObject(refused);
  });

  test.each([
    ['has a frame that is too short', Buffer.of(0x0a, 4, 0x0a, 2, 1, 2)],
    ['sends something else', Buffer.from('<!doctype html>')],
  ])('%s has no marks', async (_, message) => {
    const log = createReplicationLog(await serve(message.byteLength, message, false));
    await expect(log.markOf('session', 1n, 5000)).rejects.toMatchObject({ code: 'REMOTE_NOT_LIBSQL' });
    expect(await log.greet(5000)).toBeNull();
  });
});
