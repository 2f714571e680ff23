import http from 'node:http';
import { listen } from '@turso-sync/testing';

/** What becomes of a request: an answer in place of the server's, none at all, or one that is lost. */
export type Fate =
  | { readonly status: number; readonly headers?: http.OutgoingHttpHeaders; readonly body?: string }
  | 'silence'
  | 'lost';

/** A way to a server on which requests may meet a fate. */
export interface RefusedWay {
  readonly url: string;
  /** Sets what becomes of requests from now on whose path matches. Null lets all of them pass. */
  meet(fate: Fate | null, path?: RegExp): void;
  stop(): Promise<void>;
}

/** Opens a way to a server. */
export async function startRefusedWay(port: number): Promise<RefusedWay> {
  let met: { readonly fate: Fate; readonly path: RegExp } | null = null;
  const server = http.createServer((request, response) => {
    const { url: path = '/', method = 'GET', headers } = request;
    const fate = met?.path.test(path) === true ? met.fate : null;
    if (fate === 'silence') return;
    if (fate !== null && fate !== 'lost') {
      request.resume().on('end', () => response.writeHead(fate.status, fate.headers).end(fate.body));
      return;
    }
    // A server that was restarted has closed the connections of before.
    const to = { host: '127.0.0.1', port, path, method, headers, agent: false };
    const onward = http.request(to, (answer) => {
      if (fate === 'lost') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  const { url, stop } = await listen(server);
  return {
    url,
    meet(fate, path = /^/) {
      met = fate === null ? null : { fate, path };
    },
    stop,
  };
}
