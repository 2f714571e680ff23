import path from 'node:path';
import { inspect } from 'node:util';
import { makeTempDir, removeTempDir, startSqld, type Sqld } from '@turso-sync/testing';
import { openLive } from './built.fixture';
import type { Live, LiveArguments, LiveOptions, StatementCalls } from '../../src/live/live';
import type { SqlValue } from '../../src/sqlite/values/values';

/** A server, a folder, and live connections to it. */
export interface LiveScene {
  readonly server: Sqld;
  readonly dir: string;
  /** The path of the replica of connections that are opened without another. */
  readonly replica: string;
  /** Opens a connection with a replica; closed when the scene ends. */
  readonly open: (options?: Partial<LiveOptions>) => Promise<Live>;
  /** Opens one without a replica. */
  readonly openRemote: (options?: Partial<LiveOptions>) => Promise<Live>;
}

/** Runs a test with a server of its own. */
export async function withServer<T>(test: (scene: LiveScene) => Promise<T>, server?: Sqld): Promise<T> {
  const dir = makeTempDir('live-');
  const started = server ?? (await startSqld());
  const opened: Live[] = [];
  const open = async (options: LiveOptions): Promise<Live> => {
    const live = await openLive({ timeout: 20_000, ...options });
    opened.push(live);
    return live;
  };
  const replica = path.join(dir, 'replica.db');
  try {
    return await test({
      server: started,
      dir,
      replica,
      open: (options = {}) => open({ url: started.url, replica, ...options }),
      openRemote: (options = {}) => open({ url: started.url, ...options }),
    });
  } finally {
    for (const live of opened) await live.close();
    await started.stop();
    removeTempDir(dir);
  }
}

/** Options for rows as lists of values. */
export const AS_LISTS = { rowMode: 'array' } as const;

/** The rows of a query as lists of values. */
export async function rowsOf(from: StatementCalls, sql: string, args?: LiveArguments): Promise<SqlValue[][]> {
  return (await from.query(sql, args, AS_LISTS)).rows;
}

/** What an error tells, to anybody who prints all of it. */
export function printed(error: unknown): string {
  return inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
}

/** The error that work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error,
  );
}
