import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Served } from './served.fixture';
import { addApp, nx } from './workspace.fixture';

const TOKEN = 'cache-token';

/** A cache as Nx's specification has it, in memory. */
interface RemoteCache {
  /** The variables by which Nx uses it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly stop: () => void;
}

/** @see https://nx.dev/recipes/running-tasks/self-hosted-caching */
async function startRemoteCache(): Promise<RemoteCache> {
  const kept = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const { method, url = '', headers } = request;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const entry = kept.get(url);
      if (headers.authorization !== `Bearer ${TOKEN}`) response.writeHead(403).end();
      else if (method === 'PUT') {
        kept.set(url, Buffer.concat(pieces));
        response.writeHead(200).end();
      } else if (entry === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(entry);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    variables: {
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: `http://127.0.0.1:${port}`,
      NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: TOKEN,
    },
    stop: () => server.close(),
  };
}

/** Takes a snapshot on one machine, so to say, and restores it on another one that has the remote cache only. */
export async function checkRemoteCache(place: string, served: Served): Promise<void> {
  const cache = await startRemoteCache();
  const app = addApp('remotely-cached', {}, place);
  const machine = (name: string): Readonly<Record<string, string>> => ({
    ...served.variables,
    ...cache.variables,
    NX_CACHE_DIRECTORY: path.join(place, `.nx-${name}`, 'cache'),
    NX_WORKSPACE_DATA_DIRECTORY: path.join(place, `.nx-${name}`, 'data'),
  });
  const take = async (name: string): Promise<string> => {
    const { exitCode, output } = await nx(['run', 'remotely-cached:turso-snapshot'], machine(name), place);
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    return output;
  };
  try {
    expect(await take('first')).not.toContain('remote cache');
    fs.rmSync(path.join(app.directory, '.turso'), { recursive: true });
    expect(await take('second')).toContain('remote cache');
    expect(await served.compare(path.join(app.snapshot, 'baseline.db'))).toEqual([]);
  } finally {
    cache.stop();
    for (const name of ['first', 'second']) fs.rmSync(path.join(place, `.nx-${name}`), { recursive: true });
  }
}
