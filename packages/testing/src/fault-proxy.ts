import {
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from './listen';

/** What may happen to one request, besides arriving once and being answered; a number is an HTTP status in its place. */
export type RequestFault = 'lost' | 'cut off' | 'sent twice' | 'delayed' | number;

/** An HTTP proxy that makes single requests fail. */
export interface FaultProxy {
  readonly url: string;
  /** How many requests have come so far. */
  readonly requests: number;
  /** Lets the request fail that comes after so many others from now on; `null` lets none fail. */
  arm(fault: { readonly kind: RequestFault; readonly request: number } | null): void;
  stop(): Promise<void>;
}

/** Whether the answer ends only when nobody listens: the log of writes. To ask for it twice does no more than to ask once. */
const isEndless = ({ url }: IncomingMessage): boolean => /\/(LogEntries|Snapshot)$/.test(url ?? '');

/** How much later a delayed request reaches the server, in milliseconds. */
const DELAY = 50;

/**
 * Puts an HTTP proxy on loopback in front of a server. It only takes away, delays or repeats what passes, or answers with
 * an HTTP status as a load balancer does.
 */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let requests = 0;
  let armed: { readonly kind: RequestFault; left: number } | null = null;

  const server = createServer((incoming, answer) => {
    requests++;
    const fault = armed !== null && armed.left-- === 0 ? armed.kind : null;
    // A side that has gone away is what these tests are about.
    serve(incoming, answer, fault).catch(() => incoming.socket.destroy());
  });

  async function serve(
    incoming: IncomingMessage,
    answer: ServerResponse,
    fault: RequestFault | null,
  ): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    if (typeof fault === 'number') {
      answer.writeHead(fault, { 'content-type': 'text/plain' }).end('refused on the way');
      return;
    }
    if (fault === 'lost') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'delayed') await sleep(DELAY);
    if (isEndless(incoming)) {
      passOn(incoming, body, answer, fault === 'cut off');
      return;
    }
    const reply = await forward(incoming, body);
    if (fault === 'sent twice') await forward(incoming, body);
    if (fault === 'cut off') {
      incoming.socket.destroy();
      return;
    }
    answer.writeHead(reply.status, reply.headers).end(reply.body);
  }

  function ask({ method, url, headers }: IncomingMessage): ClientRequest {
    return request({ host: '127.0.0.1', port: targetPort, method, path: url, headers, agent: false });
  }

  function forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = ask(incoming);
      outgoing.once('error', reject);
      outgoing.once('response', (reply) => {
        reply
          .toArray()
          .then((pieces) => {
            const whole = Buffer.concat(pieces as Buffer[]);
            const { 'transfer-encoding': _, connection: __, ...rest } = reply.headers;
            resolve({
              status: reply.statusCode ?? 0,
              headers: { ...rest, 'content-length': String(whole.length) },
              body: whole,
            });
          })
          .catch(reject);
      });
      outgoing.end(body);
    });
  }

  /** Passes an answer on as it comes; one that is cut off has its headers only. */
  function passOn(incoming: IncomingMessage, body: Buffer, answer: ServerResponse, isCutOff: boolean): void {
    const outgoing = ask(incoming);
    outgoing.once('error', () => answer.destroy());
    outgoing.once('response', (reply) => {
      answer.writeHead(reply.statusCode ?? 0, reply.headers).flushHeaders();
      if (isCutOff) answer.destroy();
      else reply.on('error', () => answer.destroy()).pipe(answer);
    });
    answer.once('close', () => outgoing.destroy());
    outgoing.end(body);
  }

  const { url, stop } = await listen(server);
  return {
    url,
    get requests() {
      return requests;
    },
    arm(fault) {
      armed = fault === null ? null : { kind: fault.kind, left: fault.request };
    },
    stop,
  };
}
