import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpRequest } from './http-request';
import { killAtExit } from './process-root';

/** What {@link launchSqld} needs. */
export interface LaunchOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly port: number;
  /** Where the process runs and its `sqld.log` goes. */
  readonly cwd: string;
}

/** One running server process. */
export interface SqldProcess {
  readonly pid: number;
  /** Sends the signal and waits until the process has ended. Idempotent. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const HEALTH_WITHIN_MS = 2_000;
const STOPPED_WITHIN_MS = 5_000;

/**
 * Starts a server and waits until it answers.
 *
 * @throws Error with the server's log when it ends or does not answer in time.
 */
export async function launchSqld(options: LaunchOptions): Promise<SqldProcess> {
  const log = join(options.cwd, 'sqld.log');
  const child = spawnLogged(options, log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  if (child.pid === undefined) throw new Error(`${options.binary} cannot be run`);
  void exited.then(killAtExit(child.pid));

  const launched = { pid: child.pid, end: (signal: NodeJS.Signals) => end(child, exited, signal) };
  try {
    await ready(child, options.port, log);
  } catch (error) {
    await launched.end('SIGKILL');
    throw error;
  }
  child.unref();
  return launched;
}

function spawnLogged({ binary, args, cwd }: LaunchOptions, log: string): ChildProcess {
  const file = openSync(log, 'w');
  try {
    // No environment: sqld takes SQLD_* and RUST_LOG from there.
    return spawn(binary, args, { cwd, env: {}, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}

async function ready(child: ChildProcess, port: number, log: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  // The log first: another server that got the port in between would answer just as well.
  const listening = `listening for incoming user HTTP connection on 127.0.0.1:${port}`;
  while (!(readFileSync(log, 'utf8').includes(listening) && (await isHealthy(port)))) {
    const reason = hasEnded(child) ? 'ended' : Date.now() > deadline ? 'did not answer in time' : undefined;
    if (reason !== undefined) throw new Error(`sqld ${reason}:\n${readFileSync(log, 'utf8')}`);
    await sleep(20);
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    return (
      (await httpRequest(`http://127.0.0.1:${port}/health`, { timeoutMs: HEALTH_WITHIN_MS })).status === 200
    );
  } catch {
    return false;
  }
}

async function end(child: ChildProcess, exited: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  child.kill(signal);
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(impatience);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
