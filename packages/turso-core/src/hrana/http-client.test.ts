import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
