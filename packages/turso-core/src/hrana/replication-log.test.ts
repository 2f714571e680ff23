import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpClient, type HttpClient } from './http-client';
import { createReplicationLog } from './replication-log';

describe('the log of a server that', () => {
  let [server, client]: [Server?, HttpClient?] = [];
  let sent = 0;

  /**
   * Starts a server. It answers everything with a head, and then with these bytes once or, if endless, as long as they
   * are read.
   */
  async function serve(head: Buffer, bytes: Buffer, isEndless: boolean): Promise<HttpClient> {
    sent = 0;
    server = createServer((_request, response) => {
      const more = (): void => {
        do sent += bytes.byteLength;
        while (!response.destroyed && response.write(bytes) && isEndless);
      };
      if (head.byteLength > 0) response.write(head);
      if (isEndless) response.on('drain', more);
      more();
      if (!isEndless) response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    client = createHttpClient(new URL(url), url, {});
    return client;
  }

  function headOf(length: number, flag = 0): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt8(flag);
    head.writeUInt32BE(length, 1);
    return head;
  }

  const inMessage = (content: Buffer): Buffer => Buffer.concat([headOf(content.byteLength), content]);

  const serveMessages = (messages: readonly Buffer[]): Promise<HttpClient> =>
    serve(Buffer.alloc(0), Buffer.concat(messages.map(inMessage)), false);

  const refuse = async (status: number): Promise<HttpClient> => {
    const refusing = await serve(Buffer.alloc(0), Buffer.alloc(0), false);
    server?.removeAllListeners('request').on('request', (_, response) => response.writeHead(status).end());
    return refusing;
  };

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

  test('closes a connection that is used again is asked once more', async () => {
    const asked = await refuse(401);
    let requests = 0;
    server?.removeAllListeners('request').on('request', (request, response) => {
      requests++;
      if (requests === 1) request.socket.destroy();
      else response.writeHead(401).end();
    });
    const greeting = createReplicationLog(asked).greet(5000);
    await expect(greeting).rejects.toMatchObject({ code: 'REMOTE_UNAUTHORIZED' });
    expect(requests).toBe(2);
  });

  test.each(['frames', 'snapshot'] as const)(
    'announces a message without end is not read (%s)',
    async (method) => {
      const log = createReplicationLog(await serve(headOf(0xffff_ffff), Buffer.alloc(1 << 16, 1), true));
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
    const log = createReplicationLog(await serveMessages([message]));
    const refused = {
      code: 'REMOTE_NOT_LIBSQL',
      message: expect.stringContaining('its log of writes') as string,
    };
    await expect(collect(log.frames('session', 1n, options))).rejects.toMatchObject(refused);
  });

  /** A frame with a number, and a page with a number and of a size. */
  function frame(frameNo: number, page = 1, size = 4096): Buffer {
    const head = Buffer.alloc(24);
    head.writeBigUInt64LE(BigInt(frameNo));
    head.writeUInt32LE(page, 16);
    const length = head.byteLength + size;
    return Buffer.concat([Buffer.of(0x0a, (length & 127) | 128, length >> 7), head, Buffer.alloc(size)]);
  }

  const REFUSED = { code: 'REMOTE_NOT_LIBSQL' };

  /** Serves a stream, and reads its frames from number 5, or a snapshot of those. */
  async function numbersIn(method: 'frames' | 'snapshot', messages: readonly Buffer[]): Promise<bigint[]> {
    const log = createReplicationLog(await serveMessages(messages));
    const numbers: bigint[] = [];
    for await (const found of log[method]('session', 5n, options))
      if (typeof found !== 'string') numbers.push(found.frameNo);
    return numbers;
  }

  test.each([
    ['frames', 'leaves one out', [5, 7]],
    ['frames', 'leaves the first out', [6]],
    ['frames', 'repeats one', [5, 5]],
    ['frames', 'goes back', [5, 6, 5]],
    ['snapshot', 'repeats one', [9, 9]],
    ['snapshot', 'goes forward', [7, 9]],
    ['snapshot', 'sends one from before', [7, 4]],
  ] as const)('%s: a server that %s is none', async (method, _, numbers) => {
    const found = numbersIn(
      method,
      numbers.map((number) => frame(number)),
    );
    await expect(found).rejects.toMatchObject(REFUSED);
  });

  test.each([
    ['frames', 'in their order', [5, 6]],
    ['snapshot', 'in reverse', [9, 6, 5]],
  ] as const)('%s: sends frames %s', async (method, _, numbers) => {
    const found = await numbersIn(
      method,
      numbers.map((number) => frame(number)),
    );
    expect(found).toEqual(numbers.map(BigInt));
  });

  test.each([
    ['the number 0', frame(5, 0)],
    ['another size', frame(5, 1, 512)],
    ['no content', frame(5, 1, 0)],
  ])('sends a page with %s is none', async (_, message) => {
    await expect(numbersIn('frames', [message])).rejects.toMatchObject(REFUSED);
  });

  test('sends trailers without end has sent the last frame', async () => {
    const last = Buffer.concat([inMessage(frame(5)), headOf(0, 0x80)]);
    const log = createReplicationLog(
      await serve(last, Buffer.concat(Array(999).fill(headOf(0, 0x80))), true),
    );
    expect(await collect(log.frames('session', 5n, options))).toMatchObject([{ frameNo: 5n }]);
  });

  test.each([
    ['has a frame that is too short', Buffer.of(0x0a, 4, 0x0a, 2, 1, 2)],
    ['sends something else', Buffer.from('<!doctype html>')],
  ])('%s has no marks', async (_, message) => {
    const log = createReplicationLog(await serveMessages([message]));
    await expect(log.markOf('session', 1n, 5000)).rejects.toMatchObject({ code: 'REMOTE_NOT_LIBSQL' });
    expect(await log.greet(5000)).toBeNull();
  });

  test.each([404, 405, 415, 501])('answers %s to a greeting has none', async (status) => {
    expect(await createReplicationLog(await refuse(status)).greet(5000)).toBeNull();
  });

  test.each([
    [401, 'REMOTE_UNAUTHORIZED'],
    [408, 'REMOTE_FAILED'],
    [500, 'REMOTE_FAILED'],
    [502, 'REMOTE_FAILED'],
    [503, 'REMOTE_FAILED'],
    [504, 'REMOTE_FAILED'],
  ])('answers %s to a greeting may have one', async (status, code) => {
    await expect(createReplicationLog(await refuse(status)).greet(5000)).rejects.toMatchObject({ code });
  });
});
