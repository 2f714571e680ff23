import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Readable } from 'node:stream';
import { listen, type Listening } from './listen';
import type { Certified } from './certificates';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** What stands before a server and passes everything on. */
export interface Front extends Listening {
  /** All requests so far. */
  readonly seen: readonly SeenRequest[];
  /** Shows another certificate on connections from now on. Those that are open end with the answers that are under way. */
  certify(certified: Certified): void;
}

/** What {@link startFront} is told. */
export interface FrontOptions {
  /** The key and certificate for TLS, which ends here. Default is plain HTTP. */
  readonly certified?: Certified;
  /** Told of each request before it is passed on. */
  readonly onRequest?: (request: SeenRequest) => void;
  /** Changes the answer before it is passed on; default is as it came. */
  readonly answerAs?: (answer: IncomingMessage, request: SeenRequest) => PassedAnswer | null;
}

/** An answer that is passed on in place of the server's. */
export interface PassedAnswer {
  readonly headers: OutgoingHttpHeaders;
  readonly body: Readable;
}

/**
 * Puts a reverse proxy on loopback in front of a server: it notes what comes, and passes requests and answers on as they come, streams too.
 *
 * @example
 * const authority = createAuthority();
 * const front = await startFront(sqld.port, { certified: authority.certify('127.0.0.1') });
 * console.log(front.url); // https://127.0.0.1:..
 */
export async function startFront(
  targetPort: number,
  { certified, onRequest, answerAs }: FrontOptions = {},
): Promise<Front> {
  let isClosing = false;
  const seen: SeenRequest[] = [];
  const pass: RequestListener = (incoming, response) => {
    const { method = '', url: path = '', headers } = incoming;
    const asked = { method, path, headers };
    seen.push(asked);
    onRequest?.(asked);
    const cut = (): unknown => incoming.socket.destroy();
    const outgoing = request({ host: '127.0.0.1', port: targetPort, method, path, headers, agent: false });
    response.once('close', () => outgoing.destroy());
    outgoing.once('error', cut);
    outgoing.once('response', (reply) => {
      const passed = answerAs?.(reply, asked) ?? { headers: reply.headers, body: reply };
      const ending = isClosing ? { connection: 'close' } : {};
      response.writeHead(reply.statusCode ?? 0, { ...passed.headers, ...ending });
      // A stream may say nothing for long, but that it has begun.
      response.flushHeaders();
      passed.body.once('error', cut);
      passed.body.pipe(response);
    });
    incoming.pipe(outgoing);
  };
  if (certified === undefined) {
    const listening = await listen(createServer(pass));
    return { ...listening, seen, certify: () => undefined };
  }
  const server = createTlsServer(certified, pass);
  // Clients that do not trust it say so, and go.
  server.on('tlsClientError', () => undefined);
  const listening = await listen(server);
  return {
    ...listening,
    url: `https://127.0.0.1:${listening.port}`,
    seen,
    certify(other) {
      server.setSecureContext(other);
      isClosing = true;
      server.closeIdleConnections();
    },
  };
}
