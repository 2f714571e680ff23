import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  downloadDatabase,
  editDatabase,
  execOn,
  makeTempDir,
  removeTempDir,
  requireTool,
  startSqld,
} from '@turso-sync/testing';
import { connect } from '../../src/remote/connect';
import type { Remote } from '../../src/remote/remote';
import { parseRemoteUrl } from '../../src/remote/url';

/** A database that a remote serves, and what someone else than the engine does with it. */
export interface Served {
  readonly remote: Remote;
  /** Runs SQL on it, as another client would. */
  edit(sql: string): Promise<void>;
  /** Copies the database as it is now, page by page. */
  download(file: string): Promise<void>;
  stop(): Promise<void>;
}

/** Serves a copy of a database file. */
export type Serve = (database: string) => Promise<Served>;

/** Every adapter that is there, by its name, to run the same tests over all of them. */
export const ADAPTERS: readonly (readonly [name: string, serve: Serve])[] = [
  ['file', serveFile],
  ...(requireTool('sqld') ? ([['sqld', serveSqld]] as const) : []),
];

/** Each adapter, with a remote that nobody has touched or has: which of both it is changes from turn to turn. */
export function adaptersIn(
  turn: number,
): readonly { readonly name: string; readonly serve: Serve; readonly isUntouched: boolean }[] {
  return ADAPTERS.map(([name, serve], i) => ({ name, serve, isUntouched: (turn + i) % 2 === 0 }));
}

async function serveFile(database: string): Promise<Served> {
  const dir = makeTempDir('served-');
  const file = join(dir, 'remote.db');
  copyFileSync(database, file);
  const remote = connect(parseRemoteUrl(`file:${file}`, dir));
  return {
    remote,
    edit: async (sql) => editDatabase(file, sql),
    download: async (to) => copyFileSync(file, to),
    async stop() {
      await remote.close();
      removeTempDir(dir);
    },
  };
}

/** Serves a copy of a database by a real libsql-server, which the remote may reach through something in front of its port. */
export async function serveSqld(
  database: string,
  startFront?: (port: number) => Promise<{ readonly url: string; stop(): Promise<void> }>,
): Promise<Served> {
  const sqld = await startSqld({ database });
  const front = await startFront?.(sqld.port);
  const remote = connect(parseRemoteUrl((front ?? sqld).url, ''));
  return {
    remote,
    edit: (sql) => execOn(sqld, sql),
    download: (to) => downloadDatabase(sqld, to),
    async stop() {
      await remote.close();
      await front?.stop();
      await sqld.stop();
    },
  };
}
