import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { httpRequest } from './http-request';
import { startProxy, type TcpProxy } from './proxy';

const BODY = 'x'.repeat(100_000);
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

let target: Server;
let received = '';
let proxy: TcpProxy;

beforeAll(async () => {
  target = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += chunk.toString();
      socket.write(ANSWER);
    });
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
});
afterAll(() => target.close());
beforeEach(() => {
  received = '';
});
afterEach(() => proxy.stop());

async function start(options?: Parameters<typeof startProxy>[1]): Promise<void> {
  proxy = await startProxy((target.address() as AddressInfo).port, options);
}

test('passes everything on and counts', async () => {
  await start();
  expect(await httpRequest(proxy.url)).toEqual({ status: 200, body: BODY });
  expect(await httpRequest(proxy.url, { body: 'body' })).toEqual({ status: 200, body: BODY });
  expect([proxy.connections, proxy.requestsSeen]).toEqual([2, 2]);
});

test.each([0, 1, 50_000, ANSWER.length - 1])(
  'cuts an answer after %d bytes, once the server has its request',
  async (bytes) => {
    await start({ cutAfterBytes: bytes });
    await expect(httpRequest(proxy.url, { body: 'body' })).rejects.toThrow(
      /socket hang up|aborted|ECONNRESET|Parse/,
    );
    expect(received).toContain('body');
  },
);

test.each([0, 1, 60])('cuts a request after %d bytes, and the server never sees the rest', async (bytes) => {
  await start();
  proxy.setCutAfter(bytes, 'client');
  await expect(httpRequest(proxy.url, { body: 'body' })).rejects.toThrow(/socket hang up|ECONNRESET/);
  expect(received.length).toBeLessThanOrEqual(bytes);
  expect(proxy.bytesFrom.client).toBeGreaterThan(60);
});

test('stops cutting when told so', async () => {
  await start({ cutAfterBytes: 0 });
  proxy.setCutAfter(undefined);
  expect((await httpRequest(proxy.url)).status).toBe(200);
  proxy.setCutAfter(10);
  await expect(httpRequest(proxy.url)).rejects.toThrow();
});

test('delays answers', async () => {
  await start({ delayMs: 200 });
  const begin = performance.now();
  expect((await httpRequest(proxy.url)).body).toBe(BODY);
  expect(performance.now() - begin).toBeGreaterThan(190);
});

test('a server that is not there ends the connection', async () => {
  proxy = await startProxy(1);
  await expect(httpRequest(proxy.url)).rejects.toThrow(/socket hang up|ECONNRESET/);
});
