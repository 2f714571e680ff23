import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TursoSyncError } from 'turso-core/own-process';

/** The program that ends the server together with this process. */
const KEEPER = path.join(__dirname, '..', '..', 'dist', 'dev', 'keeper.js');

/** Milliseconds for the server to answer. */
const READY_WITHIN = 30_000;

/** The most characters to keep of the server's output. */
const MOST_WORDS = 4000;

/** The server and database to run. */
export interface ServeOptions {
  /** The program of libsql-server. */
  readonly program: string;
  readonly port: number;
  /** Puts the database at the place of the server's own one. */
  readonly place: (file: string) => Promise<unknown>;
  /** Receives the server's output. */
  readonly onLog?: (text: string) => void;
}

/** A server that answers. */
export interface Serving {
  readonly url: string;
  /** Resolves with the server's last words when it has ended. */
  readonly ended: Promise<string>;
}

/**
 * Starts a libsql-server on loopback with a database in a temporary folder, and waits until it answers. The server and
 * the folder go when this process ends, for whatever reason. Throws REMOTE_UNREACHABLE if the server ends or does not
 * answer in time.
 */
export async function serve({ program, port, place, onLog }: ServeOptions): Promise<Serving> {
  // The keeper starts first, so the folder never exists without it.
  const folder = path.join(fs.realpathSync(os.tmpdir()), `turso-dev-${randomUUID()}`);
  const data = path.join(folder, 'server');
  const keeper = startKeeper(folder, program, [
    '--no-welcome',
    ...['-d', data],
    ...['--http-listen-addr', `127.0.0.1:${port}`],
  ]);
  let words = '';
  keeper.stdout.on('data', (text: Buffer) => {
    words = `${words}${text.toString()}`.slice(-MOST_WORDS);
    onLog?.(text.toString());
  });
  const ended = new Promise<string>((resolve) => keeper.once('close', () => resolve(words.trim())));
  const url = `http://127.0.0.1:${port}`;
  try {
    const database = path.join(data, 'dbs', 'default', 'data');
    fs.mkdirSync(path.dirname(database), { recursive: true, mode: 0o700 });
    await place(database);
    keeper.stdin.write('start\n');
    await ready(url, keeper, () => words);
  } catch (error) {
    keeper.stdin.end();
    await ended;
    throw error;
  }
  return { url, ended };
}

type Keeper = ChildProcessByStdio<Writable, Readable, null>;

function startKeeper(folder: string, program: string, args: readonly string[]): Keeper {
  const keeper = spawn(process.execPath, [KEEPER, folder, program, ...args], {
    // A Ctrl-C in the terminal reaches only this process. The keeper then sees its end.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // It has ended already, and `close` reports that.
  keeper.stdin.on('error', () => undefined);
  return keeper;
}

async function ready(url: string, keeper: Keeper, words: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN;
  for (;;) {
    const hasEnded = keeper.exitCode !== null || keeper.signalCode !== null;
    if (!hasEnded && (await isHealthy(url))) return;
    if (hasEnded || Date.now() > deadline) {
      const what = hasEnded ? 'ended' : 'does not answer';
      throw new TursoSyncError('REMOTE_UNREACHABLE', `libsql-server ${what}.`, { hint: lastLine(words()) });
    }
    await sleep(25);
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

function lastLine(words: string): string {
  const line = words.trim().split('\n').at(-1) ?? '';
  return line === '' ? 'It has printed nothing.' : `Its last words: ${line}`;
}
