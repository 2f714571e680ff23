import { TursoSyncError } from '../../errors';
import { inTime, timedOut } from '../../in-time';
import {
  fileSize,
  isFile,
  isReplicaThere,
  replicaFiles,
  type ReplicaFiles,
} from '../../sqlite/files/replica-files';
import { deadlineIn, type Deadline } from '../deadline';
import { fileError, isDamage } from '../file-error';
import type { OrderedStatement, RowLists } from '../database';
import type { SyncResult } from '../live';
import { checkpointReplica } from './checkpoint';
import { fetchDatabase, hasMark } from './fetch-database';
import type { Note } from './note';
import { noteToServe, refuseMissing } from './offline';
import { makeReplicaFolder } from './replica-folder';
import { lockReplica } from './replica-lock';
import { createReplicaReader, isLibsqlOnly } from './replica-reader';
import {
  findReplica,
  freshFiles,
  noted,
  otherFile,
  readFrameNo,
  refuseOtherFile,
  removeReplica,
  replicaState,
  takeOver,
} from './replica-state';
import type { Greeting, ReplicationLog } from '../../hrana/replication-log';
import { createSyncer, syncFailed, type SyncSource } from './syncer';

/** A local copy of the primary that follows it. */
export interface Replica {
  /**
   * Reads the state of the latest sync. Returns null if SQLite lacks a feature of the statement: then only libSQL can
   * run it.
   */
  query(statement: OrderedStatement): Promise<RowLists | null>;
  sync(deadline: Deadline): Promise<SyncResult>;
  /** How often the sync process was restarted. */
  readonly restarts: number;
  /** Milliseconds since the last successful sync began, also by an earlier process. Null before the first one. */
  readonly ageMs: number | null;
  /** The number of the latest frame; 0 before the first one. */
  readonly frameNo: number;
  /** Whether there is something to read. */
  readonly isReadable: boolean;
  close(): Promise<void>;
}

/** Options of {@link openReplica}. */
export interface ReplicaOptions extends SyncSource {
  readonly file: string;
  /** Opens the primary's log. Its requests end with the signal. */
  readonly openLog: (ended: AbortSignal) => ReplicationLog;
  /** Milliseconds for one call. */
  readonly timeout: number;
  /** The error of a server that is away, if the replica is to serve without it. Default is none. */
  readonly away?: TursoSyncError;
  /** Receives the result of every sync, and how long it took. */
  readonly onSync: (result: SyncResult, durationMs: number) => void;
  /** Receives a sentence about why the replica is rebuilt. */
  readonly onRebuild: (notice: string) => void;
}

/**
 * Opens a replica, and brings it up to date. Rebuilds it, with a notice, if it is damaged, was changed by others, or
 * does not match the primary's history. Throws REPLICA_LOCKED, FILE_INACCESSIBLE and SYNC_FAILED. FILE_INACCESSIBLE
 * also reports a database that is not a replica.
 *
 * While the server is away, opens an intact replica as it is, or throws the server's error with a reason.
 */
export async function openReplica(options: ReplicaOptions, deadline: Deadline): Promise<Replica> {
  const files = filesOf(options.file);
  refuseOtherFile(files);
  const { away } = options;
  if (away !== undefined) refuseMissing(files, away);
  makeReplicaFolder(files.database);
  const lock = lockReplica(files);
  const closing = new AbortController();
  const log = options.openLog(closing.signal);
  const syncer = createSyncer(files, options, closing.signal);
  const reader = createReplicaReader(files.database);
  const remote = options.url.href.replace(/\/+$/, '');
  const progress = { received: 0, total: 0, isUnderWay: false };
  /** The state of the files after the last sync, or null if there are none to continue with. */
  let note: Note | null = null;
  /**
   * Whether the server has no log for replicas. libSQL's client then follows it in its own way, and there are no notes.
   */
  let isPlain = false;
  /** Whether a failed sync may have left more than was noted. */
  let isUnsettled = false;
  /** When the last successful sync began. */
  let syncedAt: Date | null = null;

  let turns = Promise.resolve<unknown>(undefined);
  /** Runs work one at a time. Slow work continues after the caller's deadline. */
  function inTurn<T>(work: () => Promise<T>, within: Deadline): Promise<T> {
    const next = turns.then(work, work);
    turns = next.catch(() => undefined);
    return inTime(next, within.left + SETTLING, () =>
      progress.isUnderWay
        ? stillFetching(files, progress)
        : syncFailed(options, 'no answer in time', timedOut()),
    );
  }

  async function told(
    work: (begunAt: Date) => Promise<SyncResult>,
    begunAt = new Date(),
  ): Promise<SyncResult> {
    const begun = performance.now();
    const result = await work(begunAt);
    syncedAt = begunAt;
    options.onSync(result, performance.now() - begun);
    return result;
  }

  async function bringUpToDate(within: Deadline, greeted?: Greeted): Promise<SyncResult> {
    try {
      return await told((begunAt) => follow(within, begunAt, greeted?.greeting), greeted?.at);
    } catch (error) {
      throw asSyncFailed(error, options);
    }
  }

  async function follow(within: Deadline, begunAt: Date, known?: Greeting): Promise<SyncResult> {
    const anew = (reason: string | null): Promise<SyncResult> => fetchAnew(reason, begunAt, known);
    if (isPlain) {
      return syncer.sync(within).catch((error: unknown) => {
        throw hasFailed(error) ? noLog(options, error) : error;
      });
    }
    if (note === null) return anew(null);
    if (!isUnsettled && replicaState(files, note) !== 'as noted')
      return anew('was changed by another program');
    const greeting = known ?? (await greet(within.left));
    const { session } = greeting;
    const isSameRun = session === note.session;
    if (!isSameRun && !(await isOfHistory(note, greeting, within))) return anew(ANOTHER_HISTORY);
    if (!isUnsettled && greeting.latest === (note.mark?.frameNo ?? null)) {
      note = noted(files, { ...note, session, remote, syncedAt: begunAt });
      return { frames: 0, frameNo: Number(note.mark?.frameNo ?? 0) };
    }
    // Nobody reads new frames before their history is confirmed. An empty file is not in WAL mode yet, and a reader
    // would block the first frames.
    if (note.mark !== null) reader.holdStill();
    isUnsettled = true;
    const { frames, frameNo } = await syncer.sync(within);
    const reached = readFrameNo(files);
    const mark = reached === null ? null : await log.markOf(session, reached, within.left);
    if (typeof mark === 'string' || (mark === null && reached !== null)) return anew(ANOTHER_HISTORY);
    const before = note;
    const still = frames > 0 ? ({ phase: 'still' } as const) : {};
    note = noted(files, { ...before, session, mark, remote, syncedAt: begunAt, ...still });
    isUnsettled = false;
    reader.goOn();
    // The writes went into files no longer at their path.
    if (isLost(before, note)) return anew('was changed by another program');
    return { frames, frameNo };
  }

  async function greet(timeout: number): Promise<Greeting> {
    const greeting = await log.greet(timeout);
    if (greeting === null) throw noLog(options);
    return greeting;
  }

  async function isOfHistory(before: Note, greeting: Greeting, within: Deadline): Promise<boolean> {
    // Frames of a failed sync may belong to another history.
    if (isUnsettled || greeting.log !== before.log) return false;
    return hasMark(log, greeting, before, within.left);
  }

  /** Fetches the whole database beside the replica. Reads use the old replica until then. */
  async function fetchAnew(reason: string | null, begunAt: Date, known?: Greeting): Promise<SyncResult> {
    progress.isUnderWay = true;
    try {
      // Others may have removed the folder, and another program may have locked a replica of its own there.
      makeReplicaFolder(files.database);
      lock.renew();
      const greeting = known ?? (await greet(options.timeout));
      progress.total = greeting.latest === null ? 0 : Number(greeting.latest) + 1;
      const fetched = await fetchDatabase(freshFiles(files), {
        ...{ log, greeting, silence: options.timeout, signal: closing.signal },
        onProgress: (received) => (progress.received = received),
      });
      await syncer.stop();
      reader.close();
      note = takeOver(files, freshFiles(files), { ...fetched.note, remote, syncedAt: begunAt });
      isUnsettled = false;
      if (reason !== null)
        options.onRebuild(
          `The replica ${files.database} ${reason}. It was fetched again from ${options.location}.`,
        );
      return { frames: fetched.frames, frameNo: Number(note.mark?.frameNo ?? 0) };
    } catch (error) {
      throw asSyncFailed(error, options);
    } finally {
      progress.isUnderWay = false;
    }
  }

  async function start(): Promise<SyncResult> {
    const at = new Date();
    const greeting = await log.greet(deadline.left);
    isPlain = greeting === null;
    const greeted = greeting === null ? undefined : { greeting, at };
    const found = isPlain ? null : findReplica(files);
    const isTheirs = isPlain ? !isReplicaThere(files) : found === null;
    if (isTheirs && fileSize(files.database) > 0) throw otherFile(files.database);
    if (isPlain && isReplicaThere(files) && !(await syncer.isSound(deadline))) await rebuildPlain(deadline);
    let fault = found !== null && 'fault' in found ? found.fault : null;
    if (found !== null && 'note' in found) {
      note = found.note;
      if (!(await syncer.isSound(deadline))) fault = 'is damaged';
    }
    if (fault === null) return bringUpToDate(deadline, greeted);
    return told((begunAt) => fetchAnew(fault, begunAt, greeted?.greeting), at);
  }

  async function startWithout(error: TursoSyncError): Promise<void> {
    const isSound = (): Promise<boolean> => syncer.isSound(deadline);
    note = await noteToServe(findReplica(files), { files, remote, away: error, isSound });
    ({ syncedAt } = note);
  }

  async function rebuildPlain(within: Deadline): Promise<SyncResult> {
    options.onRebuild(
      `The replica ${files.database} was damaged. It is fetched again from ${options.location}.`,
    );
    await syncer.stop();
    reader.close();
    removeReplica(files);
    return bringUpToDate(within);
  }

  async function rebuildDamaged(within: Deadline): Promise<SyncResult> {
    return isPlain ? rebuildPlain(within) : told((begunAt) => fetchAnew('is damaged', begunAt));
  }

  async function close(): Promise<void> {
    // Only a sync in the background may still run. It would wait for a silent server as long as for an answer.
    const ending = setTimeout(() => closing.abort(), TIME_TO_CLOSE);
    try {
      await turns;
      await syncer.stop();
    } finally {
      clearTimeout(ending);
      reader.close();
      if (note !== null && !isUnsettled && lock.isHeld()) checkpointReplica(files, note);
      lock.release();
    }
  }

  try {
    await (away === undefined ? inTurn(start, deadline) : inTurn(() => startWithout(away), deadline));
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get restarts() {
      return Math.max(syncer.starts - 1, 0);
    },
    get ageMs() {
      return syncedAt === null ? null : Math.max(Date.now() - syncedAt.getTime(), 0);
    },
    get frameNo() {
      return Number(note?.mark?.frameNo ?? 0);
    },
    get isReadable() {
      return isFile(files.database);
    },
    async query(statement) {
      try {
        return reader.read(statement);
      } catch (error) {
        if (isLibsqlOnly(error)) return null;
        // The file is missing if a rebuild began while the server was away.
        if (!isDamage(error) && fileSize(files.database) > 0) throw fileError(error, files.database);
      }
      const within = deadlineIn(options.timeout);
      await inTurn(() => rebuildDamaged(within), within);
      try {
        return reader.read(statement);
      } catch (error) {
        throw fileError(error, files.database);
      }
    },
    sync: (within) => inTurn(() => bringUpToDate(within), within),
    close,
  };
}

/** A greeting from before a sync, and when it was asked for. */
interface Greeted {
  readonly greeting: Greeting;
  readonly at: Date;
}

/** Extra milliseconds for a call to end by itself after its deadline. */
const SETTLING = 500;

/** Milliseconds for a sync in the background to end by itself. */
const TIME_TO_CLOSE = 500;

const ANOTHER_HISTORY = 'is of another database, or of another history than it has now';

function isLost(before: Note, after: Note): boolean {
  if (before.file.inode !== after.file.inode) return true;
  const isWritten = before.mark?.frameNo !== after.mark?.frameNo;
  const isSame =
    before.file.modifiedNs === after.file.modifiedNs &&
    before.wal.frames === after.wal.frames &&
    before.wal.checksum[0] === after.wal.checksum[0];
  return isWritten && isSame;
}

/** Creates the error for a server without a log, if libSQL's client cannot follow it in its own way either. */
function noLog({ location }: SyncSource, cause?: unknown): TursoSyncError {
  const message = `${location} does not send the log of its writes, which a replica follows.`;
  return new TursoSyncError('SYNC_FAILED', message, {
    hint: 'Open the connection without `replica`: reads then go to the server.',
    cause,
  });
}

function hasFailed(error: unknown): boolean {
  return error instanceof TursoSyncError && error.code === 'SYNC_FAILED';
}

function stillFetching(
  { database }: ReplicaFiles,
  { received, total }: { readonly received: number; readonly total: number },
): TursoSyncError {
  const message = `The replica ${database} is still being fetched: ${received} of ${total} pages are there.`;
  return new TursoSyncError('SYNC_FAILED', message, {
    hint: 'Try again, which goes on from there. A longer timeout waits longer.',
    retryable: true,
  });
}

function asSyncFailed(error: unknown, source: SyncSource): unknown {
  if (!(error instanceof TursoSyncError) || !/^(?:REMOTE|PROXY|RESPONSE)_/.test(error.code)) return error;
  return syncFailed(source, error.message, error);
}

function filesOf(file: string): ReplicaFiles {
  try {
    return replicaFiles(file);
  } catch (error) {
    throw fileError(error, file);
  }
}
