import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import {
  editDatabase,
  execOn,
  makeTempDir,
  removeTempDir,
  requireTool,
  startSqld,
  type Sqld,
  type SqldWithAuth,
} from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { connect } from './connect';
import type { Remote } from './remote';
import { parseRemoteUrl } from './url';

/** A database behind one adapter, and other people's access to it. */
export interface Served {
  /** A new connection of the adapter under test. */
  connect(): Remote;
  /** Runs SQL as someone else, one script after the other on one connection. */
  exec(...scripts: string[]): Promise<void>;
  /** Runs SQL in another process, so that it goes on while this one waits. */
  execElsewhere(...scripts: string[]): Promise<void>;
  /** The same, and keeps this process waiting for it. */
  execMeanwhile(...scripts: string[]): void;
  stop(): Promise<void>;
}

/** An adapter and a way to serve a database through it. */
export interface Adapter {
  readonly name: string;
  /** @param database - a file to serve a copy of. Default is an empty database. */
  readonly serve: (database?: string) => Promise<Served>;
}

/** All adapters that can be tried here. */
export const adapters: readonly Adapter[] = [
  { name: 'file', serve: serveFile },
  ...(requireTool('sqld')
    ? [
        { name: 'sqld', serve: async (database?: string) => servedBy(await startSqld(from(database))) },
        {
          name: 'sqld with a required token',
          serve: async (database?: string) => servedBy(await startSqld({ ...from(database), auth: true })),
        },
      ]
    : []),
];

function from(database: string | undefined): { database?: string } {
  return database === undefined ? {} : { database };
}

/** What a running server serves. */
export function servedBy(server: Sqld | SqldWithAuth, token?: string): Served {
  const authToken = token ?? ('readWriteToken' in server ? server.readWriteToken : undefined);
  return {
    connect: () => connect(parseRemoteUrl(server.url, ''), { authToken }),
    exec: (...scripts) => execOn(server, scripts),
    execElsewhere: (...scripts) => execOn(server, scripts),
    execMeanwhile: (...scripts) => {
      const script = `const [url, token, scripts] = JSON.parse(process.argv[2]);
        require(process.argv[1]).execOn({ url }, scripts, token ?? undefined)`;
      const args = [require.resolve('@turso-sync/testing'), JSON.stringify([server.url, authToken, scripts])];
      execFileSync(process.execPath, ['-e', script, ...args], { stdio: 'inherit' });
    },
    stop: () => server.stop(),
  };
}

async function serveFile(database?: string): Promise<Served> {
  const dir = makeTempDir('remote-');
  const file = path.join(dir, 'remote.db');
  if (database !== undefined) copyFileSync(database, file);
  return {
    connect: () => connect(parseRemoteUrl('file:remote.db', dir)),
    exec: async (...scripts) => {
      // As on a server, so that somebody can write while somebody else reads.
      if (!existsSync(file)) editDatabase(file, 'PRAGMA journal_mode=WAL');
      editDatabase(file, scripts.join(';\n'));
    },
    execElsewhere: (...scripts) => execInProcess(file, scripts.join(';\n')),
    execMeanwhile: (...scripts) => {
      const args = scriptArgs(file, scripts.join(';\n'));
      execFileSync(process.execPath, args, { stdio: 'inherit' });
    },
    stop: async () => removeTempDir(dir),
  };
}

async function execInProcess(file: string, sql: string): Promise<void> {
  const child = spawn(process.execPath, scriptArgs(file, sql), { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`The other process ended with ${code}`);
}

function scriptArgs(file: string, sql: string): string[] {
  const script = `new (require(process.argv[1]))(process.argv[2]).exec(process.argv[3])`;
  return ['-e', script, require.resolve('better-sqlite3'), file, sql];
}

/** Reads one value from a file. */
export function readValue(file: string, sql: string): unknown {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}
