import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import { listen } from '@turso-sync/testing';
import { pipeline } from 'node:stream/promises';

/** An answer of a server, whole. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty for an answer without end, which is passed on as it comes unless another body takes its place. */
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

/** Whether the answer ends only when nobody listens: the log of writes. */
const isEndless = ({ url }: http.IncomingMessage): boolean => /\/(?:LogEntries|Snapshot)$/.test(url ?? '');

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
    let endless: http.IncomingMessage | undefined;
    const forward = async (changed = body): Promise<ProxiedAnswer> => {
      const headers = { ...request.headers, 'content-length': String(changed.length) };
      const { method, url: path } = request;
      const call = http.request({ hostname, port: targetPort, method, path, headers, agent: false });
      call.end(changed);
      const [reply] = (await once(call, 'response')) as [http.IncomingMessage];
      if (isEndless(request)) {
        endless = reply;
        response.once('close', () => call.destroy());
        return { status: reply.statusCode ?? 0, headers: reply.headers, body: ENDLESS };
      }
      return { status: reply.statusCode ?? 0, headers: reply.headers, body: await collect(reply) };
    };
    const told = await hook({ path: request.url ?? '', headers: request.headers, body, forward }, response);
    if (told === null) return;
    if (told.body === ENDLESS && endless !== undefined) {
      response.writeHead(told.status, told.headers).flushHeaders();
      await pipeline(endless, response);
      return;
    }
    const { 'transfer-encoding': _encoding, ...headers } = told.headers;
    response.writeHead(told.status, { ...headers, 'content-length': String(told.body.length) });
    response.end(told.body);
  }
  // It closes no connection by itself, however long the tests keep this process busy.
  server.keepAliveTimeout = 0;
  const { url, port, stop } = await listen(server);
  return { url, port, stop: () => void stop() };
}

/** Stands for the body of an answer that is passed on as it comes. */
const ENDLESS = Buffer.alloc(0);

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
