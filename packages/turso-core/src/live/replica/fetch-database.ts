import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { enterWalMode } from '../../sqlite/files/file-header';
import type { ReplicaFiles } from '../../sqlite/files/replica-files';
import { writeBytes } from '../../sqlite/files/write-bytes';
import { fileError } from '../file-error';
import { readNote, type Note } from './note';
import { noted, removeReplica, replicaState } from './replica-state';
import { LOG_PAGE, type LogFrame } from '../../hrana/log-frames';
import type { Greeting, NoFrames, ReplicationLog, StreamOptions } from '../../hrana/replication-log';
import { NO_WAL } from './stamp';

/** Options of {@link fetchDatabase}. */
export interface FetchOptions extends StreamOptions {
  readonly log: ReplicationLog;
  readonly greeting: Greeting;
  /** Receives the number of pages so far. */
  readonly onProgress: (received: number) => void;
}

/** Limits of repeated work after an interruption: a number of frames, or of milliseconds. */
const FRAMES_AT_RISK = 1024;
const TIME_AT_RISK = 1000;

/**
 * Fetches a whole database into `fresh`, while nobody reads it. If it fails, it keeps all received pages. The next fetch
 * continues from there, even in another process. Returns a note to be stored once `fresh` is in its place, and the number
 * of received frames.
 */
export async function fetchDatabase(
  fresh: ReplicaFiles,
  options: FetchOptions,
): Promise<{ readonly note: Note; readonly frames: number }> {
  const partial = await openPartial(fresh, options);
  try {
    await catchUp(partial, options);
    // A server that was started with a file logs its first page as it was. With a rollback journal, a reader would block
    // libSQL's client.
    enterWalMode(partial.handle);
    fs.fdatasyncSync(partial.handle);
  } catch (error) {
    partial.keep();
    throw error;
  } finally {
    fs.closeSync(partial.handle);
  }
  return { note: partial.note, frames: partial.frames };
}

/** A database with some pages possibly missing. */
interface Partial {
  readonly handle: number;
  note: Note;
  frames: number;
  write(frame: LogFrame): void;
  keep(): void;
  keepNowAndThen(): void;
}

async function openPartial(fresh: ReplicaFiles, { log, greeting, silence }: FetchOptions): Promise<Partial> {
  const left = readNote(fresh.note);
  const isSame =
    left?.mark != null &&
    left.log === greeting.log &&
    replicaState(fresh, left) === 'as noted' &&
    (left.session === greeting.session || (await hasMark(log, greeting, left, silence)));
  if (!isSame) removeReplica(fresh);
  let handle: number;
  try {
    handle = fs.openSync(fresh.database, isSame ? 'r+' : 'w', 0o600);
  } catch (error) {
    throw fileError(error, fresh.database);
  }
  const { log: id, session } = greeting;
  // Pages are also written between two notes.
  const empty: Omit<Note, 'file'> = {
    ...{ log: id, session, mark: null, wal: NO_WAL, remote: null, syncedAt: null },
    phase: 'checkpointing',
  };
  let keptAt = performance.now();
  let sinceKept = 0;
  const partial: Partial = {
    handle,
    note: isSame ? { ...left, session } : { ...empty, file: { inode: 0n, size: 0n, modifiedNs: 0n } },
    frames: 0,
    write({ page, sizeAfter, data }) {
      try {
        writeBytes(handle, data, (page - 1) * LOG_PAGE);
        if (sizeAfter > 0) fs.ftruncateSync(handle, sizeAfter * LOG_PAGE);
      } catch (error) {
        throw fileError(error, fresh.database);
      }
      partial.frames++;
      sinceKept++;
    },
    // Writes the note once the pages are on the disk.
    keep() {
      fs.fdatasyncSync(handle);
      partial.note = noted(fresh, partial.note);
      keptAt = performance.now();
      sinceKept = 0;
    },
    keepNowAndThen() {
      if (sinceKept >= FRAMES_AT_RISK || performance.now() - keptAt >= TIME_AT_RISK) partial.keep();
    },
  };
  return partial;
}

/** Checks whether the history of a restarted server contains the frame of a note. */
export async function hasMark(
  log: ReplicationLog,
  { session, latest }: Greeting,
  { mark }: Note,
  timeout: number,
): Promise<boolean> {
  if (mark === null) return true;
  if (latest === null || latest < mark.frameNo) return false;
  // Reads one frame, not all the following ones.
  const ended = new AbortController();
  for await (const frame of log.frames(session, mark.frameNo, { silence: timeout, signal: ended.signal }))
    return typeof frame !== 'string' && frame.frameNo === mark.frameNo && frame.checksum === mark.checksum;
  return false;
}

async function catchUp(partial: Partial, options: FetchOptions): Promise<void> {
  const { latest } = options.greeting;
  const next = (): bigint => (partial.note.mark === null ? 0n : partial.note.mark.frameNo + 1n);
  while (latest !== null && next() <= latest) {
    const before = next();
    if ((await followEntries(partial, next, latest, options)) === 'NEED_SNAPSHOT')
      await loadSnapshot(partial, before, options);
    if (next() === before) throw nothingCame();
  }
}

async function followEntries(
  partial: Partial,
  next: () => bigint,
  latest: bigint,
  { log, greeting, onProgress, ...stream }: FetchOptions,
): Promise<NoFrames | null> {
  for await (const frame of log.frames(greeting.session, next(), stream)) {
    if (frame === 'NO_HELLO') throw startedAnew();
    if (frame === 'NEED_SNAPSHOT') return frame;
    partial.write(frame);
    partial.note = { ...partial.note, mark: { frameNo: frame.frameNo, checksum: frame.checksum } };
    onProgress(Number(next()));
    partial.keepNowAndThen();
    if (next() > latest) return null;
  }
  return null;
}

// Its frames come in descending order, so only a complete snapshot counts.
async function loadSnapshot(
  partial: Partial,
  next: bigint,
  { log, greeting, onProgress, ...stream }: FetchOptions,
): Promise<void> {
  let newest: Note['mark'] = null;
  for await (const frame of log.snapshot(greeting.session, next, stream)) {
    if (typeof frame === 'string') throw startedAnew();
    partial.write(frame);
    newest ??= { frameNo: frame.frameNo, checksum: frame.checksum };
    onProgress(Number(next) + partial.frames);
  }
  if (newest !== null) partial.note = { ...partial.note, mark: newest };
}

function startedAnew(): TursoSyncError {
  return new TursoSyncError('REMOTE_INTERRUPTED', 'The server was restarted while the replica was fetched.', {
    hint: 'Try again.',
    retryable: true,
  });
}

function nothingCame(): TursoSyncError {
  return new TursoSyncError('SYNC_FAILED', 'The server sent nothing of what it has.', {
    hint: 'Try again. If it happens every time, look at the log of the server.',
    retryable: true,
  });
}
