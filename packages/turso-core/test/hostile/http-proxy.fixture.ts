import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer of a server, whole. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request that came, and what may be done with it. */
export interface ProxiedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Sends it to the server, with another body if one is given. */
  readonly forward: (body?: Buffer) => Promise<ProxiedAnswer>;
}

/** A proxy that reads and changes whole requests and answers, as a hostile server may. */
export interface HttpProxy {
  readonly url: string;
  readonly port: number;
  stop(): void;
}

/** Starts a proxy on loopback; the hook answers each request. */
export async function startHttpProxy(
  target: string,
  hook: (request: ProxiedRequest, raw: http.ServerResponse) => Promise<ProxiedAnswer | null>,
): Promise<HttpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const server = http.createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await collect(request);
    const forward = async (changed = body): Promise<ProxiedAnswer> => {
      const headers = { ...request.headers, 'content-length': String(changed.length) };
      const { method, url: path } = request;
      const call = http.request({ hostname, port: targetPort, method, path, headers, agent: false });
      call.end(changed);
      const [reply] = (await once(call, 'response')) as [http.IncomingMessage];
      return { status: reply.statusCode ?? 0, headers: reply.headers, body: await collect(reply) };
    };
    const told = await hook({ path: request.url ?? '', headers: request.headers, body, forward }, response);
    if (told === null) return;
    const { 'transfer-encoding': _encoding, ...headers } = told.headers;
    response.writeHead(told.status, { ...headers, 'content-length': String(told.body.length) });
    response.end(told.body);
  }
  // It closes no connection by itself, however long the tests keep this process busy.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
