import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import { openReadOnly, readLeniently } from '../../sqlite/files/open';
import { fileSize, isReplicaThere, replicaFiles } from '../../sqlite/files/replica-files';
import type { Database } from '../../sqlite/files/sqlite';
import type { Deadline } from '../deadline';
import { fileError, isDamage } from '../file-error';
import type { LiveStatement, QueryResult, SyncResult } from '../live';
import { sqliteQueries, type RunQuery } from '../sqlite-query';
import { lockReplica } from './replica-lock';
import { readReplicaLogId, removeReplica } from './replica-state';
import { createSyncer, type SyncSource } from './syncer';

/** A local copy of the primary that follows it. */
export interface Replica {
  /** Reads what was there at the latest sync. Null where only libSQL can, since SQLite lacks what the statement uses. */
  query(statement: LiveStatement): Promise<QueryResult | null>;
  sync(deadline: Deadline): Promise<SyncResult>;
  /** How often the process that syncs was started anew. */
  readonly restarts: number;
  close(): Promise<void>;
}

/** What {@link openReplica} needs. */
export interface ReplicaOptions extends SyncSource {
  readonly file: string;
  /** The identity of the primary's log, or null where it does not tell. */
  readonly logId: string | null;
  /** Told what every sync came to. */
  readonly onSync: (result: SyncResult) => void;
  /** Told in a sentence why the replica is made anew. */
  readonly onRebuild: (notice: string) => void;
  /** Milliseconds for making a damaged one anew when that is found out by a query. */
  readonly rebuildWithin: () => Deadline;
}

/**
 * Opens a replica, and brings it up to date. One that is damaged or of another database is made anew, and said so.
 * Throws REPLICA_LOCKED, FILE_INACCESSIBLE, SYNC_FAILED; FILE_INACCESSIBLE also for a database that is no replica.
 */
export async function openReplica(options: ReplicaOptions, deadline: Deadline): Promise<Replica> {
  const files = replicaFiles(options.file);
  makeFolder(path.dirname(files.database));
  const unlock = lockReplica(files);
  const syncer = createSyncer(files, options);
  let reader: { readonly db: Database; readonly run: RunQuery } | undefined;

  function closeReader(): void {
    reader?.db.close();
    reader = undefined;
  }

  function read(statement: LiveStatement): QueryResult {
    reader ??= openReader(files.database);
    return reader.run(statement);
  }

  async function bringUpToDate(within: Deadline): Promise<SyncResult> {
    const result = await syncer.sync(within);
    options.onSync(result);
    return result;
  }

  let syncs = Promise.resolve<unknown>(undefined);
  /** One after the other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = syncs.then(work, work);
    syncs = next.catch(() => undefined);
    return next;
  }

  async function rebuild(reason: string, within: Deadline): Promise<void> {
    options.onRebuild(`The replica ${files.database} ${reason}. It is made anew from ${options.location}.`);
    await syncer.stop();
    closeReader();
    removeReplica(files);
    await bringUpToDate(within);
  }

  async function start(): Promise<void> {
    if (!isReplicaThere(files) && fileSize(files.database) > 0) throw noReplica(files.database);
    const reason = isReplicaThere(files) ? await whyNotUsable() : null;
    if (reason !== null) await rebuild(reason, deadline);
    else await bringUpToDate(deadline);
  }

  async function whyNotUsable(): Promise<string | null> {
    const logId = readReplicaLogId(files);
    if (logId === null || !(await syncer.isSound(deadline))) return 'is damaged';
    const isOther = options.logId !== null && options.logId !== logId;
    return isOther ? 'is of another database, or of one whose log has begun anew' : null;
  }

  async function close(): Promise<void> {
    try {
      await inTurn(() => syncer.stop());
    } finally {
      closeReader();
      unlock();
    }
  }

  try {
    await start();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    get restarts() {
      return Math.max(syncer.starts - 1, 0);
    },
    async query(statement) {
      try {
        return read(statement);
      } catch (error) {
        if (isLibsqlOnly(error)) return null;
        // It is not there where it was to be made anew and the server was away.
        if (!isDamage(error) && fileSize(files.database) > 0) throw fileError(error, files.database);
      }
      await inTurn(() => rebuild('is damaged', options.rebuildWithin()));
      try {
        return read(statement);
      } catch (error) {
        throw fileError(error, files.database);
      }
    },
    sync: (within) =>
      inTurn(async () => {
        const before = readReplicaLogId(files);
        const result = await bringUpToDate(within);
        if (before !== null && readReplicaLogId(files) !== before)
          options.onRebuild(
            `The log of ${options.location} has begun anew, and so has the replica ${files.database}.`,
          );
        return result;
      }),
    close,
  };
}

function openReader(file: string): { db: Database; run: RunQuery } {
  const db = openReadOnly(file);
  readLeniently(db);
  // As on the primary, where views may read any virtual table.
  db.pragma('trusted_schema = ON');
  return { db, run: sqliteQueries(db) };
}

/** Whether SQLite lacks a function or module, which the primary may have. */
function isLibsqlOnly(error: unknown): boolean {
  return /^no such (?:function|module|tokenizer|table: (?:main\.)?vector_top_k)/.test(
    (error as Error).message,
  );
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, folder);
  }
}

function noReplica(file: string): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `${file} is there already, and is no replica.`, {
    hint: 'Name another file for the replica: this one would be replaced. If it is one that lost its -client_wal_index file, delete it.',
  });
}
