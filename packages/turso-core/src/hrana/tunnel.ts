import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { systemCode, TursoSyncError } from '../errors';
import { lookup } from './lookup';
import type { Proxy } from './proxy';

/** The destination of a connection. */
interface Goal {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens a connection through an HTTP proxy, by CONNECT. The proxy sees the name of the host and encrypted bytes. Throws
 * PROXY_FAILED if the proxy does not open it. We use no library, because none reports a proxy's refusal properly:
 * `https-proxy-agent` returns it as the server's answer, and `hpagent` as an error with only a text.
 *
 * @param patience - milliseconds in total.
 */
export function openTunnel(proxy: Proxy, { host, port }: Goal, patience: number): Promise<Socket> {
  const goal = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const call = (proxy.url.protocol === 'https:' ? https : http).request(proxy.url, {
    method: 'CONNECT',
    path: goal,
    headers: { host: goal, ...credentialsOf(proxy.url) },
    // The proxy's URL contains credentials, and Node would send them on its own.
    auth: null,
    agent: false,
    lookup,
  });
  return new Promise((resolve, reject) => {
    const fail = (reason: string, hint: string, isPassing: boolean, cause?: unknown): void => {
      clearTimeout(timer);
      call.destroy();
      reject(proxyFailed(proxy, goal, reason, { hint, isPassing, cause }));
    };
    const timer = setTimeout(() => fail('no answer in time', CHECK(proxy), true), patience);
    call.once('connect', ({ statusCode = 0 }, socket, head) => {
      clearTimeout(timer);
      if (statusCode >= 200 && statusCode < 300) {
        if (head.byteLength > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      fail(`status ${statusCode}`, refusalHint(statusCode, proxy, goal), statusCode >= 500);
    });
    call.on('error', (error) => {
      const code = systemCode(error);
      const isOther = code.startsWith('HPE_') || code.startsWith('ERR_SSL_') || code === 'EPROTO';
      fail(isOther ? 'it does not answer like a proxy' : failureOf(code), CHECK(proxy), !isOther, error);
    });
    call.end();
  });
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const pair = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { 'proxy-authorization': `Basic ${pair}` };
}

function failureOf(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'it closes the connection',
    EPIPE: 'it closes the connection',
    ENOTFOUND: 'unknown host',
    EAI_AGAIN: 'the name of the proxy cannot be looked up',
  };
  return words[code] ?? (code === '' ? 'network error' : code);
}

const CHECK = ({ variable }: Proxy): string =>
  `Check ${variable}, and that the proxy runs. NO_PROXY names hosts that need none.`;

function refusalHint(status: number, { url, variable }: Proxy, goal: string): string {
  if (status === 407) {
    return url.username === '' && url.password === ''
      ? `It asks for a user name and a password. Put them into ${variable}, as in http://user:password@host:port, with % codes for special characters.`
      : `It does not take the user name and password in ${variable}. turso-sync knows the method Basic only.`;
  }
  if (status >= 500) return `The proxy does not reach ${goal}. Check the database URL, and try again.`;
  return `Let whoever runs the proxy allow ${goal}. If the host can be reached without it, name it in NO_PROXY.`;
}

function proxyFailed(
  { url }: Proxy,
  goal: string,
  reason: string,
  { hint, isPassing, cause }: { readonly hint: string; readonly isPassing: boolean; readonly cause: unknown },
): TursoSyncError {
  // Omits credentials.
  const message = `The proxy ${url.host} opens no connection to ${goal} (${reason}). Nothing was sent.`;
  return new TursoSyncError('PROXY_FAILED', message, { hint, retryable: isPassing, cause });
}
