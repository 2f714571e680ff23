import { request, type Agent } from 'node:http';

/** What to send with {@link httpRequest}. */
export interface HttpOptions {
  readonly headers?: Record<string, string>;
  /** Makes it a POST. Default is a GET. */
  readonly body?: string;
  /** Default is to wait for ever. */
  readonly timeoutMs?: number;
  /** Keeps connections. Default is one of its own for the request. */
  readonly agent?: Agent;
}

/** What {@link httpRequest} got back. */
export interface HttpResponse {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request, by default on a connection of its own: a kept-alive connection would break when the server restarts. */
export function httpRequest(
  url: string,
  { headers, body, timeoutMs, agent }: HttpOptions = {},
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent: agent ?? false,
      method: body === undefined ? 'GET' : 'POST',
      headers: headers ?? {},
      ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.once('error', reject);
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('end', () => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body);
  });
}
