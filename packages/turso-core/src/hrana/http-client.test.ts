import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createHttpClient, type HttpClient } from './http-client';

const ASKING: [string, (client: HttpClient) => Promise<unknown>][] = [
  ['a request', (client) => client.send({ method: 'GET', url: client.url, headers: {} })],
  [
    'a stream',
    (client) =>
      client.stream({ method: 'GET', url: client.url, headers: {} }, 5000, new AbortController().signal),
  ],
];

test.each(ASKING)('%s does not use a connection that the server has closed', async (_, ask) => {
  const sockets: Socket[] = [];
  const server = createServer((_request, answer) => answer.end('here')).listen(0, '127.0.0.1');
  server.on('connection', (socket) => sockets.push(socket));
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createHttpClient(url, url.href, {});
  try {
    await client.send({ method: 'GET', url, headers: {} });
    // The client does not know of this yet at its next request.
    sockets[0]?.destroy();
    await expect(ask(client)).resolves.toMatchObject({ headers: {} });
    expect(sockets).toHaveLength(2);
  } finally {
    client.close();
    server.closeAllConnections();
    server.close();
  }
});

/** Answers that no HTTP server gives to a request like ours. */
const BROKEN: [string, string][] = [
  ['switches to another protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ['speaks another protocol', 'SSH-2.0-OpenSSH\r\n'],
  ['sends pieces without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc'],
  ['tells two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 5\r\n\r\nabcde'],
  ['tells a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabc'],
  ['sends headers without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(200_000)}\r\n\r\n`],
];

const EACH = ASKING.flatMap(([kind, ask]) =>
  BROKEN.map(([what, answer]) => [kind, what, ask, answer] as const),
);

test.each(EACH)('%s to a server that %s is an error', async (_kind, _what, ask, answer) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = createHttpClient(url, url.href, {});
  const read = async (): Promise<void> => {
    const answered = (await ask(client)) as { readonly body: AsyncIterable<unknown> };
    for await (const _piece of answered.body);
  };
  try {
    await expect(read()).rejects.toMatchObject({
      code: 'REMOTE_NOT_LIBSQL',
      hint: expect.stringMatching(/\S/) as string,
    });
  } finally {
    client.close();
    server.close();
  }
});
