import http from 'node:http';
import https from 'node:https';
import { TursoSyncError } from '../../errors';
import { transportError, statusError } from './http-errors';

/** Longest silence of the server, in milliseconds, before a request is given up. */
const SILENCE_LIMIT = 60_000;

/** Longest wait for a connection, in milliseconds. */
const CONNECT_LIMIT = 10_000;

/** A `fetch` for the hrana client whose connections are kept alive until it is closed. */
export interface HttpFetch {
  (request: Request): Promise<Response>;
  close(): void;
}

/**
 * Makes a `fetch` on `node:http`. The built-in one asks for gzip, which makes libsql-server about 35 times slower, and
 * copies large bodies several times; this one asks for the answer as it is. Everything that keeps an answer from being
 * used is thrown as a TursoSyncError.
 *
 * @param location - the remote's name in errors.
 */
export function createFetch(location: string): HttpFetch {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  const send = async (request: Request): Promise<Response> => {
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    try {
      const answer = await exchange(request, body, agents);
      if (answer.status >= 400) throw statusError(answer.status, await answer.text(), location);
      return answer;
    } catch (error) {
      throw error instanceof TursoSyncError ? error : transportError(error, location);
    }
  };
  const close = (): void => {
    agents['http:'].destroy();
    agents['https:'].destroy();
  };
  return Object.assign(send, { close });
}

function exchange(
  request: Request,
  body: Uint8Array | undefined,
  agents: { 'http:': http.Agent; 'https:': https.Agent },
): Promise<Response> {
  const url = new URL(request.url);
  const headers: Record<string, string> = {
    ...Object.fromEntries(request.headers),
    'accept-encoding': 'identity',
  };
  if (body !== undefined) headers['content-length'] = String(body.byteLength);
  const options = { method: request.method, headers, timeout: SILENCE_LIMIT };
  return new Promise((resolve, reject) => {
    const call =
      url.protocol === 'https:'
        ? https.request(url, { ...options, agent: agents['https:'] })
        : http.request(url, { ...options, agent: agents['http:'] });
    const giveUp = (what: string): unknown =>
      call.destroy(Object.assign(new Error(what), { code: 'ETIMEDOUT' }));
    call.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => giveUp('no connection in time'), CONNECT_LIMIT);
      socket.once('connect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    call.on('timeout', () => giveUp('no answer in time'));
    call.on('error', reject);
    call.on('response', (answer) => {
      collect(answer).then(resolve, reject);
    });
    call.end(body);
  });
}

async function collect(answer: http.IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  if (!answer.complete) throw Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' });
  const status = answer.statusCode ?? 0;
  const body = join(chunks);
  const text = (): string => new TextDecoder().decode(body);
  // The parts of a Response that the hrana client reads, without the copies that a real one makes.
  const response: Pick<Response, 'ok' | 'status' | 'headers' | 'arrayBuffer' | 'text' | 'json'> = {
    ok: status >= 200 && status < 300,
    status,
    headers: new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
    arrayBuffer: () => Promise.resolve(body),
    text: () => Promise.resolve(text()),
    json: () => Promise.resolve(JSON.parse(text()) as unknown),
  };
  return response as Response;
}

// An ArrayBuffer of exactly this size, so that the decoder can point into it instead of copying.
function join(chunks: readonly Buffer[]): ArrayBuffer {
  const joined = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.byteLength;
  }
  return joined.buffer;
}
