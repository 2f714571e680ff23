import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listen } from '../listen';
import { createBalancer, type BalancerOptions, type Fate } from './balancer';
import { PROFILES, type Profile } from './profiles';
import { createSyncEndpoints, type SyncEndpoints } from './sync-endpoints';
import { refusal, withNames, withoutNames, type Answer } from './take-away';

/** A server of another kind: a real one, of which some is taken away. */
export interface ServerDouble {
  readonly url: string;
  readonly port: number;
  readonly profile: Profile;
  /** How often which request got which answer, such as `POST /v2/pipeline 200`. */
  readonly seen: ReadonlyMap<string, number>;
  /** The endpoints that libsql's own client syncs by; null if the profile has none. */
  readonly sync: SyncEndpoints | null;
  stop(): Promise<void>;
}

/** Milliseconds after which a load balancer closes a connection that nothing is asked on; it does not say so before. */
const IDLE = 500;

/**
 * Puts a double in front of a real libsql-server: a proxy on loopback that takes capabilities away, and that delays, refuses or loses
 * requests. It never makes up what a server would answer to SQL, so what works with it works with a real server that offers as little.
 *
 * @param balancer - for the profile `balancer`.
 *
 * @example
 * const cloud = await startDouble(sqld.port, 'cloud');
 * await expect(fetch(`${cloud.url}/v3-protobuf`)).resolves.toMatchObject({ status: 404 });
 */
export async function startDouble(
  targetPort: number,
  profile: Profile,
  balancer: BalancerOptions = {},
): Promise<ServerDouble> {
  const offered = PROFILES[profile];
  const nextFate = offered.balanced ? createBalancer(balancer) : () => null;
  const seen = new Map<string, number>();
  const sync = offered.syncEndpoints ? createSyncEndpoints(`http://127.0.0.1:${targetPort}`) : null;

  const server = createServer((incoming, response) => {
    const key = `${incoming.method} ${incoming.url}`;
    response.once('finish', () => {
      const line = `${key} ${response.statusCode}`;
      seen.set(line, (seen.get(line) ?? 0) + 1);
    });
    if (offered.balanced) closeWhenIdle(incoming.socket, response);
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 0;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '/' } = incoming;
    const no = refusal(path, offered) ?? (await sync?.answer(path, incoming.headers.authorization)) ?? null;
    if (no !== null) {
      await incoming.toArray();
      give(no, response);
      return;
    }
    // What replicas follow comes without end.
    if (!/^\/v\d.*\/(?:pipeline|cursor)$/.test(path)) {
      pass(incoming, response);
      return;
    }
    const body = Buffer.concat((await incoming.toArray()) as Buffer[]);
    const fate: Fate | null = nextFate();
    if (fate?.reachesServer === false) {
      give(fate.answer, response);
      return;
    }
    const told = await ask(incoming, withoutNames(body, offered));
    give(fate?.answer ?? withNames(told, offered), response);
  }

  function call(
    { method, url: path, headers }: IncomingMessage,
    own: object = {},
  ): ReturnType<typeof request> {
    const to = { host: '127.0.0.1', port: targetPort, method, path, agent: false };
    return request({ ...to, headers: { ...headers, ...own } });
  }

  async function ask(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    // Compressed, it could not be read.
    const outgoing = call(incoming, { 'content-length': String(body.length), 'accept-encoding': 'identity' });
    outgoing.end(body);
    const [reply] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { 'transfer-encoding': _, connection: __, ...headers } = reply.headers;
    const told = Buffer.concat((await reply.toArray()) as Buffer[]);
    return { status: reply.statusCode ?? 0, headers, body: told };
  }

  function pass(incoming: IncomingMessage, response: ServerResponse): void {
    const outgoing = call(incoming);
    const cut = (): unknown => incoming.socket.destroy();
    response.once('close', () => outgoing.destroy());
    outgoing.once('error', cut);
    outgoing.once('response', (reply) => {
      response.writeHead(reply.statusCode ?? 0, reply.headers);
      reply.once('error', cut);
      reply.pipe(response);
    });
    incoming.pipe(outgoing);
  }

  return { ...(await listen(server)), profile, seen, sync };
}

function give({ status, headers, body }: Answer, response: ServerResponse): void {
  const sent = Object.entries(headers).filter(([, value]) => value !== undefined);
  response.writeHead(status, { ...Object.fromEntries(sent), 'content-length': String(body.length) });
  response.end(body);
}

/** Closes a connection once nothing was asked on it for a while. What has come while this process was busy is read first. */
function closeWhenIdle(socket: Socket, response: ServerResponse): void {
  response.once('close', () => {
    let isAsked = false;
    socket.once('data', () => (isAsked = true));
    const closeUnlessAsked = (): unknown => isAsked || socket.destroy();
    setTimeout(() => setImmediate(closeUnlessAsked), IDLE).unref();
  });
}
