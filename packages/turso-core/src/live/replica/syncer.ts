import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import path from 'node:path';
import { startChild } from '../../end-with-parent';
import { TursoSyncError } from '../../errors';
import { timedOut } from '../../in-time';
import { fileSize, type ReplicaFiles } from '../../sqlite/files/replica-files';
import type { Deadline } from '../deadline';
import type { SyncResult } from '../live';
import { isSound } from './is-sound';
import { needsBridge, startBridge, type BridgedServer, type SyncBridge } from './sync-bridge';
import type { SyncAnswer, SyncRequest } from './sync-process';

/** Syncs one replica in a separate process, started on demand. */
export interface Syncer {
  /** Checks whether the replica is a sound database. Only before the first {@link sync}. */
  isSound(deadline: Deadline): Promise<boolean>;
  /** Syncs the replica. Throws SYNC_FAILED. After a timeout, it ends the process, and the next call starts another. */
  sync(deadline: Deadline): Promise<SyncResult>;
  /** How often the process was started. */
  readonly starts: number;
  /** Ends the process. */
  stop(): Promise<void>;
}

/** The source of a replica. */
export type SyncSource = BridgedServer;

/**
 * Creates a syncer, without starting the process yet.
 *
 * @param ended - ends the process, and refuses to start another.
 */
export function createSyncer(
  { database, wal }: ReplicaFiles,
  source: SyncSource,
  ended: AbortSignal,
): Syncer {
  let child: ChildProcess | undefined;
  let isOpen = false;
  let starts = 0;
  let lastWords = '';
  let bridge: SyncBridge | undefined;
  // The client does not accept a slash at the end of the address. Without a bridge, there is no token.
  const plain = { url: source.url.href.replace(/\/$/, ''), token: undefined };
  ended.addEventListener('abort', () => child?.kill('SIGKILL'));

  function start(): ChildProcess {
    const started = startChild(path.join(__dirname, 'sync-process.js'), {
      // The log of libSQL's client does not belong in the program's output.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    starts++;
    lastWords = '';
    started.stderr?.on(
      'data',
      (text: Buffer) => (lastWords = `${lastWords}${text.toString()}`.slice(-MOST_WORDS)),
    );
    // The process does not keep the program running.
    letGo(started);
    // A waiting caller sees the error as well. Otherwise the next call notices.
    started.on('error', () => undefined);
    started.once('exit', () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  async function endChild(): Promise<void> {
    const ended = child;
    child = undefined;
    if (ended !== undefined) await end(ended);
  }

  async function ask(request: SyncRequest, deadline: Deadline): Promise<Extract<SyncAnswer, { ok: true }>> {
    ended.throwIfAborted();
    if (child === undefined) {
      child = start();
      isOpen = false;
    }
    const asked = child;
    try {
      const answer = await exchange(asked, request, deadline);
      const failure = bridge?.takeFailure() ?? null;
      if (!answer.ok) throw syncFailed(source, failure?.message ?? answer.message, failure ?? undefined);
      return answer;
    } catch (error) {
      if (error instanceof TursoSyncError) throw error;
      if (child === asked) child = undefined;
      await end(asked);
      const why = error instanceof Error ? error.message : String(error);
      throw syncFailed(source, `${why}${reasonIn(lastWords)}`, error);
    }
  }

  return {
    get starts() {
      return starts;
    },
    async isSound(deadline) {
      if (fileSize(database) + fileSize(wal) <= QUICKLY_CHECKED) return isSound(database);
      return (await ask({ type: 'check', file: database }, deadline)).isSound;
    },
    async sync(deadline) {
      if (bridge === undefined && needsBridge(source)) {
        bridge = await startBridge(source);
        // It began without a token.
        if (isOpen) await endChild();
      }
      if (child === undefined || !isOpen) {
        const { url, token: authToken } = bridge ?? plain;
        await ask({ type: 'open', file: database, url, authToken }, deadline);
        isOpen = true;
      }
      const { frames, frameNo } = await ask({ type: 'sync' }, deadline);
      return { frames, frameNo };
    },
    async stop() {
      bridge?.stop();
      bridge = undefined;
      await endChild();
    },
  };
}

/** Bytes of a replica whose check blocks the thread for a few milliseconds, less than the start of a process takes. */
const QUICKLY_CHECKED = 1_000_000;

/** Maximum characters to keep of the process's last output. */
const MOST_WORDS = 4000;

// For example, a native part is not installed.
function reasonIn(words: string): string {
  const line = words.split('\n').find((text) => /Error: |panicked/.test(text));
  return line === undefined ? '' : `: ${line.trim()}`;
}

// Answers come in the order of requests, one at a time.
function exchange(child: ChildProcess, request: SyncRequest, deadline: Deadline): Promise<SyncAnswer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: SyncAnswer): void => settle(() => resolve(answer));
    const onExit = (): void => settle(() => reject(new Error('its process has ended')));
    const onError = (error: Error): void => settle(() => reject(error));
    const timer = setTimeout(() => settle(() => reject(timedOut())), deadline.left);
    function settle(then: () => void): void {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit).off('error', onError);
      letGo(child);
      then();
    }
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    child.ref();
    child.channel?.ref();
    child.send(request, (error) => {
      if (error !== null) onError(error);
    });
  });
}

function letGo(child: ChildProcess): void {
  child.unref();
  (child.stderr as Socket | null)?.unref();
  child.channel?.unref();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.ref();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // SQLite's log always restores the replica to its last frame.
  child.kill('SIGKILL');
  await ended;
}

/** Creates the error for a failed sync, with its reason. */
export function syncFailed(
  { location, tokens, encryptionKey }: SyncSource,
  reason: string,
  cause?: unknown,
): TursoSyncError {
  let told = reason;
  for (const secret of [tokens.known, encryptionKey])
    if (secret !== undefined) told = told.replaceAll(secret, '[secret]');
  const message = `The replica could not be brought up to date with ${location} (${told}).`;
  // A known cause knows better what helps.
  const known = cause instanceof TursoSyncError ? cause : undefined;
  return new TursoSyncError('SYNC_FAILED', message, {
    hint: known?.hint ?? 'Check that the server runs, and try again.',
    retryable: known?.retryable ?? true,
    cause,
  });
}
